/** Writes an answer that comes in pieces, no faster than its client reads, and ends with its client. */
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';

export const writeChunks = async (response: ServerResponse, chunks: AsyncIterable<string>): Promise<void> => {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  for await (const chunk of chunks) {
    if (response.destroyed) return;
    if (!response.write(chunk)) await once(response, 'drain', { signal: gone.signal }).catch(() => {});
  }
  if (!response.destroyed) response.end();
};
