/**
 * One request to a detector. Invariants: a bounded number of bytes of the response is read, no redirect is followed,
 * and every fault is a DetectorFault without the text.
 */
import { readBoundedText } from '../bounded-text.ts';
import { DetectorFault } from './detector.ts';

/** Bytes of a response that are read. */
const mostBytes = 256 * 1024;

export interface DetectorRequest {
  readonly url: string;
  readonly apiKey: string | undefined;
  readonly body: object;
  readonly signal: AbortSignal;
}

const faultOf = (cause: unknown, signal: AbortSignal): DetectorFault => {
  if (cause instanceof DetectorFault) return cause;
  return new DetectorFault(signal.aborted ? 'TIMEOUT' : 'UNREACHABLE', { cause });
};

/** The parsed body of the response. Rejects with a DetectorFault. */
export const postJson = async ({ url, apiKey, body, signal }: DetectorRequest): Promise<unknown> => {
  let text: string;
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
      },
      body: JSON.stringify(body),
      redirect: 'error',
      signal,
    });
    if (!response.ok) {
      await response.body?.cancel();
      throw new DetectorFault('STATUS', { cause: new Error(`status ${response.status}`) });
    }
    text = await readBoundedText(response, mostBytes, () => new DetectorFault('TOO_LONG'));
  } catch (cause) {
    throw faultOf(cause, signal);
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new DetectorFault('UNREADABLE');
  }
};
