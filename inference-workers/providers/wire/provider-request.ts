/**
 * A request to a provider over its connections. A redirect that keeps the method is followed where it stays on the
 * origin, or goes from http to https on the same host; any other would take the key and the prompt to another server.
 * A compressed response is decompressed, although none is asked for. Invariant: of a refusal, as much is kept as is
 * useful; the rest is not read, and its connection is closed.
 */
import { type Duplex, pipeline, type Readable } from 'node:stream';
import { constants, createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib';
import { APICallError } from '@ai-sdk/provider';
import type { Dispatcher } from 'undici';

export interface ProviderRequest {
  readonly url: string;
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal | undefined;
  /** Holds the connections. */
  readonly dispatcher: Dispatcher;
}

/** Characters of a refusal that are kept. */
const longestRefusal = 64 * 1024;
/** Redirects of one request that are followed. */
const mostRedirects = 3;

/** Header names are in lower case already. Of several values the first one counts. */
const headersOf = ({ headers }: Dispatcher.ResponseData): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).flatMap(([name, value]) => [[name, [value].flat()[0] ?? '']]));

/** What a truncated response holds is read; its reader notices that the end is missing. */
const asFarAsItGoes = { finishFlush: constants.Z_SYNC_FLUSH };
const decompressors: Readonly<Record<string, () => Duplex>> = {
  gzip: () => createGunzip(asFarAsItGoes),
  'x-gzip': () => createGunzip(asFarAsItGoes),
  deflate: () => createInflate(asFarAsItGoes),
  br: () => createBrotliDecompress(),
  zstd: () => createZstdDecompress(),
};

const decompressed = (response: Dispatcher.ResponseData): Readable => {
  const encoding = headersOf(response)['content-encoding']?.trim().toLowerCase() ?? '';
  const decompress = decompressors[encoding];
  // The reader of the result gets the fault of either.
  return decompress === undefined ? response.body : pipeline(response.body, decompress(), () => undefined);
};

/** At most so many characters and one piece of the body; more are not read. */
export const readText = async (body: Readable, mostCharacters: number): Promise<string> => {
  const decoder = new TextDecoder();
  const chunks: AsyncIterable<Uint8Array> = body;
  let text = '';
  for await (const chunk of chunks) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > mostCharacters) break;
  }
  return text;
};

/** Where a request is repeated, if anywhere. */
const redirectOf = (url: URL, method: 'GET' | 'POST', { statusCode, headers }: Dispatcher.ResponseData) => {
  const keepsMethod = statusCode === 307 || statusCode === 308;
  const location = [headers['location']].flat()[0];
  if (location === undefined || !(keepsMethod || (method === 'GET' && (statusCode === 301 || statusCode === 302)))) {
    return undefined;
  }
  if (!URL.canParse(location, url)) return undefined;
  const target = new URL(location, url);
  const isUpgrade =
    url.protocol === 'http:' &&
    target.protocol === 'https:' &&
    url.hostname === target.hostname &&
    url.port === '' &&
    target.port === '';
  return target.origin === url.origin || isUpgrade ? target : undefined;
};

/** Resolves with the body of a successful response. Rejects with an APICallError where the provider refuses. */
export const requestProvider = async (request: ProviderRequest): Promise<Readable> => {
  const { method, headers, body = null, signal = null, dispatcher } = request;
  let url = new URL(request.url);
  for (let redirects = 0; ; redirects += 1) {
    const path = url.pathname + url.search;
    const response = await dispatcher.request({ origin: url.origin, path, method, headers, body, signal });
    const { statusCode } = response;
    if (statusCode >= 200 && statusCode < 300) return decompressed(response);
    const target = redirects < mostRedirects ? redirectOf(url, method, response) : undefined;
    if (target === undefined) {
      throw new APICallError({
        message: `The provider responded with ${statusCode}.`,
        url: url.href,
        requestBodyValues: {},
        statusCode,
        responseHeaders: headersOf(response),
        responseBody: (await readText(decompressed(response), longestRefusal)).slice(0, longestRefusal),
      });
    }
    await response.body.dump();
    url = target;
  }
};
