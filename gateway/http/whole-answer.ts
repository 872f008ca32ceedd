/**
 * Writes an answer that is at hand as a whole. A long one is written in pieces, no faster than its client reads, so
 * that one who reads slowly is told from one who does not read.
 */
import type { ServerResponse } from 'node:http';
import { writeChunks } from './chunked-answer.ts';

/** Bytes that are written at once, and those of a piece of more. */
const [atOnce, piece] = [256 * 1024, 64 * 1024];

function* piecesOf(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += piece) yield bytes.subarray(at, at + piece);
}

/** @param silentMs after which a client is cut off that takes nothing of a long one. */
export const writeWhole = (response: ServerResponse, text: string, silentMs: number): void => {
  const bytes = Buffer.byteLength(text);
  response.setHeader('content-length', bytes);
  if (bytes > atOnce) void writeChunks(response, piecesOf(Buffer.from(text)), silentMs);
  // As many bytes as characters is ASCII, which is written without being converted.
  else response.end(text, bytes === text.length ? 'latin1' : 'utf8');
};
