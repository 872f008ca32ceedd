/**
 * One call of one tool over HTTP. Invariant: within the tool's time it resolves with text of at most 64 KiB or rejects
 * with a ToolFault, and then holds no connection that still receives bytes. A call is made once: the tool decides,
 * through the model, whether to repeat it.
 */
import type { Dispatcher } from 'undici';
import { ToolFault } from './tool-fault.ts';

export interface ToolPost {
  readonly dispatcher: Dispatcher;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly timeoutMs: number;
  /** Aborted when the result is no longer needed. */
  readonly signal: AbortSignal;
}

/** Bytes of a response. A model can use less of it. */
const maxResponseBytes = 64 * 1024;
/** Characters of a refusal that the model gets, so that it can correct its call. */
const maxRefusalChars = 1_000;

/** Characters that no reader can use, and that more than double in JSON. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is removed.
const controlCharacters = /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g;

const textOf = async (body: Dispatcher.ResponseData['body']): Promise<string> => {
  const chunks: AsyncIterable<Uint8Array> = body;
  const read: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > maxResponseBytes) throw new ToolFault('TOO_LONG');
    read.push(chunk);
  }
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(read));
    return text.replace(controlCharacters, '');
  } catch (cause) {
    throw new ToolFault('NOT_TEXT', '', { cause });
  }
};

/** A tool that refuses explains that to its caller; the explanation of a broken one is for its operator. */
const faultOf = async ({ statusCode, body }: Dispatcher.ResponseData): Promise<ToolFault> => {
  const refused = statusCode >= 400 && statusCode < 500;
  const reason = refused ? (await textOf(body).catch(() => '')).trim() : '';
  if (statusCode >= 300 && statusCode < 400) return new ToolFault('REDIRECT');
  if (!refused) return new ToolFault('FAILED', ` with status ${statusCode}.`);
  const why = reason === '' ? '.' : `: ${reason.slice(0, maxRefusalChars).toWellFormed()}`;
  return new ToolFault('REFUSED', ` with status ${statusCode}${why}`);
};

export const postCall = async ({ dispatcher, url, timeoutMs, signal, ...post }: ToolPost): Promise<string> => {
  const expired = AbortSignal.timeout(timeoutMs);
  /** Closes a body that is not read to its end. */
  const closed = new AbortController();
  let hasResponded = false;
  try {
    const { origin, pathname, search } = new URL(url);
    const response = await dispatcher.request({
      origin,
      path: pathname + search,
      method: 'POST',
      headers: post.headers,
      body: post.body,
      signal: AbortSignal.any([signal, expired, closed.signal]),
    });
    hasResponded = true;
    const { statusCode, body } = response;
    if (statusCode < 200 || statusCode > 299) throw await faultOf(response);
    return await textOf(body);
  } catch (cause) {
    if (cause instanceof ToolFault) throw cause;
    if (signal.aborted) throw new ToolFault('STOPPED');
    if (expired.aborted) throw new ToolFault('TIMEOUT', '', { cause });
    throw new ToolFault(hasResponded ? 'CUT_OFF' : 'UNREACHABLE', '', { cause });
  } finally {
    closed.abort();
  }
};
