import type { LanguageModelV4StreamPart } from '@ai-sdk/provider';
import { expect, test } from 'vitest';
import { createDemonstrationModel } from '../providers/demonstration-model.ts';
import { streamModel } from './stream-model.ts';

const kinds: readonly ((delta: string) => LanguageModelV4StreamPart)[] = [
  (delta) => ({ type: 'reasoning-delta', id: '0', delta }),
  (delta) => ({ type: 'tool-input-delta', id: '0', delta }),
];

test.each(kinds)('a model whose %o does not end is cut off', async (partOf) => {
  const cancelled = Promise.withResolvers<void>();
  const model = {
    ...createDemonstrationModel(0),
    async doStream({ abortSignal }: { readonly abortSignal?: AbortSignal | undefined }) {
      abortSignal?.addEventListener('abort', () => cancelled.resolve());
      return {
        stream: new ReadableStream<LanguageModelV4StreamPart>({
          pull: (controller) => controller.enqueue(partOf('hm '.repeat(10_000))),
        }),
      };
    },
  };
  const timeouts = { firstTokenTimeoutMs: 60_000, stallTimeoutMs: 60_000 };
  const asked = streamModel(
    model,
    { prompt: [] },
    {
      timeouts,
      signal: new AbortController().signal,
      onOpen: () => undefined,
      onText: () => undefined,
    },
  );
  await expect(asked).rejects.toMatchObject({ code: 'MODEL_ERROR', tryAgain: false });
  await cancelled.promise;
});
