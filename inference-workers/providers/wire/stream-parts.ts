/**
 * The parts of a response as a stream. Invariant: cancelling the stream closes the socket at once, which is how a
 * provider notices that its reader has left.
 */
import type { Readable } from 'node:stream';
import type { LanguageModelV4StreamPart } from '@ai-sdk/provider';
import type { PartReader } from './part-reader.ts';

export const streamParts = (body: Readable, reader: PartReader): ReadableStream<LanguageModelV4StreamPart> => {
  const chunks: AsyncIterator<Uint8Array> = body[Symbol.asyncIterator]();
  return new ReadableStream(
    {
      async pull(controller) {
        for (;;) {
          const chunk = await chunks.next();
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
