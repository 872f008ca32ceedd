/**
 * Writes a complete response. A long one is written in pieces, no faster than its client reads, so that slow clients
 * can be distinguished from stalled ones.
 */
import type { ServerResponse } from 'node:http';
import { writeChunks } from './chunked-response.ts';

/** Bytes that are written at once, and the size of a piece of a longer response. */
const [atOnceBytes, pieceBytes] = [256 * 1024, 64 * 1024];

function* piecesOf(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
}

/** @param stallTimeoutMs milliseconds without reading after which the client of a long response is disconnected. */
export const writeBody = (response: ServerResponse, text: string, stallTimeoutMs: number): void => {
  const bytes = Buffer.byteLength(text);
  response.setHeader('content-length', bytes);
  if (bytes > atOnceBytes) void writeChunks(response, piecesOf(Buffer.from(text)), stallTimeoutMs);
  // Equal numbers of bytes and characters mean ASCII, which is written without conversion.
  else response.end(text, bytes === text.length ? 'latin1' : 'utf8');
};
