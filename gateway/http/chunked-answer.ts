/**
 * Writes an answer that comes in pieces, no faster than its client reads, and ends with its client. One that takes
 * nothing is cut off.
 */
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { cutOffSilent } from './silent-reader.ts';

/** @param silentMs after which it is. */
export const writeChunks = async (
  response: ServerResponse,
  chunks: AsyncIterable<string> | Iterable<Buffer>,
  silentMs: number,
): Promise<void> => {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  cutOffSilent(response, silentMs);
  for await (const chunk of chunks) {
    if (response.destroyed) return;
    if (!response.write(chunk)) await once(response, 'drain', { signal: gone.signal }).catch(() => {});
  }
  if (!response.destroyed) response.end();
};
