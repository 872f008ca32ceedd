/**
 * A loaded GGUF file behind the provider interface. Text of messages is never read as special tokens, so it cannot
 * leave its role. An assistant message at the end is continued. Invariant: when the stream is cancelled or the signal
 * aborts, the engine stops generating and its sequence is free again.
 */
import type { LanguageModelV4, LanguageModelV4Prompt, LanguageModelV4StreamPart } from '@ai-sdk/provider';
import type { ChatHistoryItem } from 'node-llama-cpp';
import { generateByStreaming } from './generate-by-streaming.ts';
import type { BorrowedSequence, LlamaEngine } from './llama-engine.ts';

const historyOf = (prompt: LanguageModelV4Prompt): ChatHistoryItem[] => {
  const history = prompt.map((message): ChatHistoryItem => {
    if (message.role === 'system') return { type: 'system', text: message.content };
    const text = message.content.map((part) => (part.type === 'text' ? part.text : '')).join('');
    return message.role === 'assistant' ? { type: 'model', response: [text] } : { type: 'user', text };
  });
  return history.at(-1)?.type === 'model' ? history : [...history, { type: 'model', response: [] }];
};

type Controller = ReadableStreamDefaultController<LanguageModelV4StreamPart>;
interface GenerateOptions {
  readonly prompt: LanguageModelV4Prompt;
  readonly maxOutputTokens: number | undefined;
  readonly temperature: number | undefined;
  readonly signal: AbortSignal;
}

/** Generates into the stream. The output fits the context, so the stream's queue is bounded. */
const generate = async (
  { chat }: BorrowedSequence,
  { prompt, maxOutputTokens, temperature = 0.7, signal }: GenerateOptions,
  controller: Controller,
): Promise<void> => {
  const read = chat.sequence.tokenMeter.getState();
  let outputTokens = 0;
  const { metadata } = await chat.generateResponse(historyOf(prompt), {
    signal,
    stopOnAbortSignal: false,
    temperature,
    ...(maxOutputTokens === undefined ? {} : { maxTokens: maxOutputTokens }),
    onToken: (tokens) => {
      outputTokens += tokens.length;
    },
    onTextChunk: (delta) => controller.enqueue({ type: 'text-delta', id: '0', delta }),
  });
  const evaluated = chat.sequence.tokenMeter.diff(read).usedInputTokens;
  const total = Math.max(evaluated, chat.sequence.contextTokens.length - outputTokens);
  controller.enqueue({ type: 'text-end', id: '0' });
  controller.enqueue({
    type: 'finish',
    finishReason: { unified: metadata.stopReason === 'maxTokens' ? 'length' : 'stop', raw: metadata.stopReason },
    usage: {
      inputTokens: { total, noCache: evaluated, cacheRead: total - evaluated, cacheWrite: undefined },
      outputTokens: { total: outputTokens, text: outputTokens, reasoning: undefined },
    },
  });
  controller.close();
};

/** The engine belongs to the caller. */
export const createLlamaModel = (engine: LlamaEngine, name: string): LanguageModelV4 => {
  const model: LanguageModelV4 = {
    specificationVersion: 'v4',
    provider: 'local',
    modelId: name,
    supportedUrls: {},
    doGenerate: (options) => generateByStreaming(model, options),
    async doStream({ prompt, maxOutputTokens, temperature, abortSignal }) {
      const sequence = await engine.borrow(abortSignal);
      const stopped = new AbortController();
      const stop = (): void => stopped.abort(abortSignal?.reason);
      abortSignal?.addEventListener('abort', stop, { once: true });
      if (abortSignal?.aborted) stop();
      return {
        stream: new ReadableStream<LanguageModelV4StreamPart>({
          start(controller) {
            controller.enqueue({ type: 'stream-start', warnings: [] });
            controller.enqueue({ type: 'text-start', id: '0' });
            generate(sequence, { prompt, maxOutputTokens, temperature, signal: stopped.signal }, controller)
              .catch((fault: unknown) => controller.error(fault))
              .finally(() => {
                abortSignal?.removeEventListener('abort', stop);
                sequence[Symbol.dispose]();
              });
          },
          cancel(reason) {
            stopped.abort(reason);
          },
        }),
      };
    },
  };
  return model;
};
