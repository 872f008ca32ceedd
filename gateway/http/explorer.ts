/**
 * The explorer at /explorer: GraphiQL with everything inlined, so that it works without internet access. It uses its
 * own fetcher (explorer-fetcher.js), because the page's default cannot sign in over graphql-ws: the headers that the
 * user enters go with each request and, for subscriptions, into ConnectionInit. The page is built at the first request
 * and kept compressed. It is decompressed on the fly for clients that do not accept gzip, and a client that stops
 * reading is disconnected.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { createGunzip, gzip } from 'node:zlib';
import { disconnectIfStalled } from '#kernel/process/stalled-clients.ts';

const compress = promisify(gzip);

const renderCall = 'YogaGraphiQL.renderYogaGraphiQL(';

const exampleHeaders = '{\n  "Authorization": "Bearer <token>"\n}';

interface Page {
  /** With gzip. */
  readonly compressed: Buffer;
  readonly policy: string;
}

/** Only the scripts of this page run, and it connects to its own gateway only. */
const policyOf = (page: string): string => {
  const hashes = [...page.matchAll(/<script[^>]*>([\s\S]*?)<\/script>/g)].map(
    ([, script = '']) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`,
  );
  return [
    "default-src 'none'",
    `script-src ${hashes.join(' ')} blob:`,
    'worker-src blob:',
    "style-src 'unsafe-inline'",
    'img-src data: blob:',
    'font-src data:',
    "connect-src 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
};

const makePage = async (): Promise<Page> => {
  const [{ renderGraphiQL }, fetcher] = await Promise.all([
    import('@graphql-yoga/render-graphiql'),
    readFile(new URL('./explorer-fetcher.js', import.meta.url), 'utf8'),
  ]);
  const page = renderGraphiQL({
    title: 'Parlance explorer',
    endpoint: '/graphql',
    headers: exampleHeaders,
    defaultQuery: 'query Example {\n  __typename\n}\n',
  });
  const at = page.lastIndexOf(renderCall);
  if (at === -1) throw new Error('the explorer page has no call to patch its fetcher into');
  const patched = `${page.slice(0, at)}${fetcher}\n(${wrapper})(${page.slice(at + renderCall.length)}`;
  return { compressed: await compress(patched), policy: policyOf(patched) };
};
/** Called with the arguments of the replaced call. Passing `endpoint` beside a fetcher would only cause a warning. */
const wrapper =
  '(root, { endpoint, ...options }) => YogaGraphiQL.renderYogaGraphiQL(root, { variables: addressVariables(), ...options, fetcher: createExplorerFetcher(endpoint) })';

/** @param stallTimeoutMs milliseconds without reading after which a client is disconnected. */
export const serveExplorer = (
  stallTimeoutMs: number,
): ((request: IncomingMessage, response: ServerResponse) => Promise<void>) => {
  let page: Promise<Page> | undefined;
  return async (request, response) => {
    page ??= makePage();
    const { compressed, policy } = await page;
    const takesGzip = /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''));
    response.writeHead(200, {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': policy,
      'cache-control': 'no-cache',
      vary: 'accept-encoding',
      ...(takesGzip ? { 'content-encoding': 'gzip', 'content-length': compressed.length } : {}),
    });
    disconnectIfStalled(response, stallTimeoutMs);
    if (takesGzip) response.end(compressed);
    else await pipeline(Readable.from([compressed]), createGunzip(), response);
  };
};
