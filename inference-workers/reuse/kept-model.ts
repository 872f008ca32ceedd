/**
 * A kept reply in the place of a model, so that its text takes the way of every model's text: it is screened, gathered
 * into deltas, stopped and taken over like that. It asks nobody and reports that nothing was used.
 */
import type { LanguageModelV4, LanguageModelV4StreamPart } from '@ai-sdk/provider';
import { generateByStreaming } from '../providers/generate-by-streaming.ts';

/** Characters of a piece: a reader sees the first one while the others are on their way. */
const pieceLength = 400;

/** What a reply that was written before takes of a model. */
export const nothingUsed = {
  inputTokens: { total: 0, noCache: 0, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 0, text: 0, reasoning: 0 },
};

/** A piece does not end within a surrogate pair. */
const pieceAt = (text: string, start: number): string => {
  const end = start + pieceLength;
  const unit = text.charCodeAt(end - 1);
  return text.slice(start, unit >= 0xd800 && unit <= 0xdbff ? end + 1 : end);
};

/** @param text what is still to be written of the reply */
export const createKeptModel = (text: string): LanguageModelV4 => {
  const model: LanguageModelV4 = {
    specificationVersion: 'v4',
    provider: 'parlance',
    modelId: 'kept-reply',
    supportedUrls: {},
    doGenerate: (options) => generateByStreaming(model, options),
    async doStream() {
      let at = 0;
      const stream = new ReadableStream<LanguageModelV4StreamPart>(
        {
          start(controller) {
            controller.enqueue({ type: 'stream-start', warnings: [] });
            controller.enqueue({ type: 'text-start', id: '0' });
          },
          pull(controller) {
            const delta = pieceAt(text, at);
            at += delta.length;
            if (delta !== '') {
              controller.enqueue({ type: 'text-delta', id: '0', delta });
              return;
            }
            controller.enqueue({ type: 'text-end', id: '0' });
            const finishReason = { unified: 'stop', raw: 'stop' } as const;
            controller.enqueue({ type: 'finish', finishReason, usage: nothingUsed });
            controller.close();
          },
        },
        { highWaterMark: 1 },
      );
      return { stream };
    },
  };
  return model;
};
