/**
 * The conversations in the file of an import: our own JSON, ChatGPT's or LibreChat's, as they are or in a ZIP archive
 * as ChatGPT and we export it. The file is read piece by piece, an archive twice. What cannot be read is reported and
 * does not end the import; a file in which nothing is known does, and so does a damaged archive.
 */
import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AppError } from '#kernel/errors.ts';
import type { LeftOutReason } from '../transfer-entities.ts';
import { readChatgpt } from './chatgpt-source.ts';
import { checkArchive } from './check-archive.ts';
import { type ElementBounds, jsonElements, placeOf, TextTooLongError } from './json-elements.ts';
import { readLibrechat } from './librechat-source.ts';
import { readParlance } from './parlance-source.ts';
import type { ReadSource, SourceConversation } from './source-conversation.ts';
import { isZip, zipEntries } from './zip-file.ts';

/** A conversation of the file, or why there is none at this place. */
export type ReadConversation =
  | { readonly conversation: SourceConversation }
  | { readonly leftOut: LeftOutReason; readonly title?: string };

const bounds: ElementBounds = {
  mostBytes: 64 * 1024 * 1024,
  // A tree of messages within messages has two levels for each message.
  mostDepth: 25_000,
  mostTextBytes: 4 * 1024 * 1024 * 1024,
};

const unknownFile = (): AppError =>
  new AppError(
    'BAD_USER_INPUT',
    'The file holds no conversations that can be read: neither JSON of Parlance, ChatGPT or LibreChat, nor an archive of it.',
  );

const titleOf = (element: unknown): string | undefined =>
  typeof element === 'object' && element !== null && 'title' in element && typeof element.title === 'string'
    ? element.title.slice(0, 100).toWellFormed()
    : undefined;

const readElement = (text: string, readers: readonly ReadSource[]): ReadConversation => {
  let element: unknown;
  try {
    element = JSON.parse(text);
    for (const read of readers) {
      const conversation = read(element);
      if (conversation) return { conversation };
    }
  } catch {
    // Whatever is wrong with it, there is nothing more to say than where.
  }
  const title = titleOf(element);
  return { leftOut: 'UNREADABLE', ...(title === undefined ? {} : { title }) };
};

/** The first bytes of a stream, and the stream with them. */
const peek = async (
  stream: Readable,
): Promise<{ readonly beginning: Buffer; readonly chunks: AsyncIterable<Buffer> }> => {
  const iterator = stream[Symbol.asyncIterator]();
  const first = await iterator.next();
  const beginning = first.done ? Buffer.alloc(0) : Buffer.from(first.value);
  async function* chunks(): AsyncGenerator<Buffer> {
    try {
      yield beginning;
      for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield Buffer.from(next.value);
    } finally {
      stream.destroy();
    }
  }
  return { beginning, chunks: chunks() };
};

async function* readJson(beginning: Buffer, chunks: AsyncIterable<Buffer>): AsyncGenerator<ReadConversation> {
  const place = placeOf(beginning.subarray(0, 4_096));
  if (place === undefined) throw unknownFile();
  const readers = place === 'INNER_ARRAY' ? [readParlance] : [readChatgpt, readLibrechat];
  try {
    for await (const element of jsonElements(chunks, place, bounds)) {
      yield 'fault' in element ? { leftOut: 'UNREADABLE' } : readElement(element.text, readers);
    }
  } catch (fault) {
    if (!(fault instanceof TextTooLongError)) throw fault;
    throw new AppError('PAYLOAD_TOO_LARGE', 'The file unpacks to too much.', { cause: fault });
  }
}

async function* readArchive(chunks: AsyncIterable<Buffer>, signal: AbortSignal): AsyncGenerator<ReadConversation> {
  const path = join(tmpdir(), `parlance-import-${randomUUID()}`);
  try {
    await pipeline(chunks, createWriteStream(path, { flags: 'wx', mode: 0o600 }));
    const names = await checkArchive(path, signal);
    if (names.size === 0) throw unknownFile();
    for await (const entry of zipEntries(path)) {
      if (!names.has(entry.name)) continue;
      const { beginning, chunks: content } = await peek(await entry.open());
      yield* readJson(beginning, content);
    }
  } finally {
    await rm(path, { force: true });
  }
}

/** Throws BAD_USER_INPUT for a file that is none of these, and PAYLOAD_TOO_LARGE. */
export async function* readImport(stream: Readable, signal: AbortSignal): AsyncGenerator<ReadConversation> {
  const { beginning, chunks } = await peek(stream);
  if (isZip(beginning)) yield* readArchive(chunks, signal);
  else yield* readJson(beginning, chunks);
}
