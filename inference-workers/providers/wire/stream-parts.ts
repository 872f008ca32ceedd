/**
 * The parts of a response as a stream. Invariants: cancelling the stream closes the socket at once, which is how a
 * provider notices that its reader has left; a server that keeps its connection open behind a complete reply does not
 * keep the reply open.
 */
import type { Readable } from 'node:stream';
import type { LanguageModelV4StreamPart } from '@ai-sdk/provider';
import type { PartReader } from './part-reader.ts';

/** Milliseconds between the end of a reply and what may follow it: the usage, and the end of the response. */
const settleMs = 2_000;

/** The next bytes of a response whose reply is complete; the end when none come in time. */
const lastBytes = async (chunks: AsyncIterator<Uint8Array>, body: Readable): Promise<IteratorResult<Uint8Array>> => {
  // Its end ends a read that is waiting.
  const timer = setTimeout(() => body.destroy(), settleMs);
  try {
    return await chunks.next();
  } catch (fault) {
    if (body.destroyed) return { done: true, value: undefined };
    throw fault;
  } finally {
    clearTimeout(timer);
  }
};

export const streamParts = (body: Readable, reader: PartReader): ReadableStream<LanguageModelV4StreamPart> => {
  const chunks: AsyncIterator<Uint8Array> = body[Symbol.asyncIterator]();
  return new ReadableStream(
    {
      async pull(controller) {
        for (;;) {
          const chunk = await (reader.isComplete ? lastBytes(chunks, body) : chunks.next());
          const parts = chunk.done ? reader.end() : reader.read(chunk.value);
          for (const part of parts) controller.enqueue(part);
          if (chunk.done) controller.close();
          if (chunk.done || parts.length > 0) return;
        }
      },
      cancel() {
        body.destroy();
      },
    },
    { highWaterMark: 0 },
  );
};
