/**
 * Writes a response that arrives in chunks, no faster than its client reads, and stops when the client leaves. A client
 * that stops reading is disconnected.
 */
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { disconnectIfStalled } from '#kernel/process/stalled-clients.ts';

/** @param stallTimeoutMs milliseconds without reading after which the client is disconnected. */
export const writeChunks = async (
  response: ServerResponse,
  chunks: AsyncIterable<string> | Iterable<Buffer>,
  stallTimeoutMs: number,
): Promise<void> => {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  disconnectIfStalled(response, stallTimeoutMs);
  for await (const chunk of chunks) {
    if (response.destroyed) return;
    if (!response.write(chunk)) await once(response, 'drain', { signal: gone.signal }).catch(() => {});
  }
  if (!response.destroyed) response.end();
};
