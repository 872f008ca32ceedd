/**
 * One call of one tool over HTTP. Invariant: within the tool's time it resolves with text of at most 64 KiB or rejects
 * with a ToolFault, and then holds no connection that still receives bytes. A call is made once: the tool decides,
 * through the model, whether to repeat it.
 */
import type { Dispatcher } from 'undici';
import { NotPublicError } from '#kernel/tool-connections/tool-agent.ts';
import { maxRefusalChars, maxResponseBytes, readableText } from './result-text.ts';
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
    return readableText(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(read)));
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
    if (cause instanceof NotPublicError) throw new ToolFault('NOT_PUBLIC');
    if (signal.aborted) throw new ToolFault('STOPPED');
    if (expired.aborted) throw new ToolFault('TIMEOUT', '', { cause });
    throw new ToolFault(hasResponded ? 'CUT_OFF' : 'UNREACHABLE', '', { cause });
  } finally {
    closed.abort();
  }
};
