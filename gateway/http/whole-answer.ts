/** Writes an answer that is at hand as a whole. */
import type { ServerResponse } from 'node:http';

export const writeWhole = (response: ServerResponse, text: string): void => {
  const bytes = Buffer.byteLength(text);
  response.setHeader('content-length', bytes);
  // As many bytes as characters is ASCII, which is written without being converted.
  response.end(text, bytes === text.length ? 'latin1' : 'utf8');
};
