/** `doGenerate` for models that can only stream: collects the whole stream. */
import type { LanguageModelV4, LanguageModelV4CallOptions, LanguageModelV4GenerateResult } from '@ai-sdk/provider';

/** Rejects when the stream ends with a fault or without a finish. */
export const generateByStreaming = async (
  model: Pick<LanguageModelV4, 'doStream'>,
  options: LanguageModelV4CallOptions,
): Promise<LanguageModelV4GenerateResult> => {
  const { stream } = await model.doStream(options);
  let text = '';
  for await (const part of stream) {
    if (part.type === 'text-delta') text += part.delta;
    if (part.type === 'error') throw part.error;
    if (part.type === 'finish') {
      const { finishReason, usage } = part;
      return { content: [{ type: 'text', text }], finishReason, usage, warnings: [] };
    }
  }
  throw new Error('The stream ended without a finish.');
};
