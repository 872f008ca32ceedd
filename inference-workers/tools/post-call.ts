/**
 * One call of one tool over HTTP. Invariant: it resolves with text of at most 64 KiB or rejects with a ToolFault,
 * within the tool's time, and then holds no connection that still brings bytes. A call is made once: whether to repeat
 * it is the tool's to say, through the model.
 */
import type { Dispatcher } from 'undici';
import { ToolFault } from './tool-fault.ts';

export interface ToolPost {
  readonly dispatcher: Dispatcher;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly timeoutMs: number;
  /** Aborted when nobody wants the answer any more. */
  readonly signal: AbortSignal;
}

/** Bytes of an answer. What a model can read of it is less. */
const longestAnswer = 64 * 1024;
/** Characters of a refusal that the model is told, to do better. */
const longestRefusal = 1_000;

/** What is no text to anybody, and more than doubles in JSON. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is removed.
const controlCharacters = /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g;

const textOf = async (body: Dispatcher.ResponseData['body']): Promise<string> => {
  const chunks: AsyncIterable<Uint8Array> = body;
  const read: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > longestAnswer) throw new ToolFault('TOO_LONG');
    read.push(chunk);
  }
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(read));
    return text.replace(controlCharacters, '');
  } catch (cause) {
    throw new ToolFault('NOT_TEXT', '', { cause });
  }
};

/** A tool that refuses says why to its caller; what one that broke says is for its operator. */
const faultOf = async ({ statusCode, body }: Dispatcher.ResponseData): Promise<ToolFault> => {
  const refused = statusCode >= 400 && statusCode < 500;
  const reason = refused ? (await textOf(body).catch(() => '')).trim() : '';
  if (statusCode >= 300 && statusCode < 400) return new ToolFault('REDIRECT');
  if (!refused) return new ToolFault('FAILED', ` with status ${statusCode}.`);
  const why = reason === '' ? '.' : `: ${reason.slice(0, longestRefusal).toWellFormed()}`;
  return new ToolFault('REFUSED', ` with status ${statusCode}${why}`);
};

export const postCall = async ({ dispatcher, url, timeoutMs, signal, ...post }: ToolPost): Promise<string> => {
  const expired = AbortSignal.timeout(timeoutMs);
  /** Closes what is not read to its end. */
  const closed = new AbortController();
  let answers = false;
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
    answers = true;
    const { statusCode, body } = response;
    if (statusCode < 200 || statusCode > 299) throw await faultOf(response);
    return await textOf(body);
  } catch (cause) {
    if (cause instanceof ToolFault) throw cause;
    if (signal.aborted) throw new ToolFault('STOPPED');
    if (expired.aborted) throw new ToolFault('TIMEOUT', '', { cause });
    throw new ToolFault(answers ? 'CUT_OFF' : 'UNREACHABLE', '', { cause });
  } finally {
    closed.abort();
  }
};
