/**
 * The built-in demonstration, which is no model and says so in its first sentence. It replies to every message with a
 * fixed text around the question's first words, word by word at a set pace, so that Parlance can be tried without a
 * key. The same history gives the same reply. It continues an assistant prefix, so a worker that takes over can
 * continue its text.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { LanguageModelV4, LanguageModelV4Prompt, LanguageModelV4StreamPart } from '@ai-sdk/provider';
import { titleFromQuestion } from '../prompt/clean-title.ts';
import { generateByStreaming } from './generate-by-streaming.ts';

/** It reports no counts, so the worker counts. */
const unknownUsage = {
  inputTokens: { total: undefined, noCache: undefined, cacheRead: undefined, cacheWrite: undefined },
  outputTokens: { total: undefined, text: undefined, reasoning: undefined },
};

/** Text of the last message of a role; empty when there is none. */
const lastTextOf = (prompt: LanguageModelV4Prompt, role: 'user' | 'assistant'): string => {
  const message = prompt.findLast((one) => one.role === role);
  if (message === undefined || typeof message.content === 'string') return '';
  return message.content.map((part) => (part.type === 'text' ? part.text : '')).join('');
};

const howToGetModels = [
  '| variable | models |',
  '| --- | --- |',
  '| `OPENAI_API_KEY` | those of OpenAI, or of any server that speaks its format (`OPENAI_BASE_URL`) |',
  '| `ANTHROPIC_API_KEY` | those of Anthropic |',
  '| `OLLAMA_HOST` | those of Ollama |',
  '| `MODEL_PATH` | a GGUF file, run in this process |',
].join('\n');

const replyTo = (prompt: LanguageModelV4Prompt): string => {
  const question = lastTextOf(prompt, 'user');
  const words = question.split(/\s+/).filter((word) => word !== '').length;
  const turns = prompt.filter(({ role }) => role === 'user').length;
  return [
    'This is the demonstration of Parlance, not a language model: the text is fixed, and only the way it reaches you is real.',
    `You asked: “${titleFromQuestion(question)}”. That is ${words} ${words === 1 ? 'word' : 'words'}, in message ${turns} of yours in this conversation. A model would answer it here.`,
    'Each of these words went from a worker through the stream log to your subscription. **Close the connection in the middle**, or reload the page: the stream goes on behind the last `seq` that you saw, and nothing is lost or said twice.',
    'To talk to a model, set one of these and start again:',
    howToGetModels,
    '```sh\nOLLAMA_HOST=http://127.0.0.1:11434 npm start\n```',
    'At its start, Parlance prints the models that it found. A page that shows them should be ready for what they write: tables and code, as above, and formulas such as $e^{i\\pi} + 1 = 0$.',
  ].join('\n\n');
};

/** The demonstration cannot read, so its summary is the beginning of what it is given. */
const summaryOf = (prompt: LanguageModelV4Prompt): string =>
  `<summary>\nThe demonstration has not read this: ${titleFromQuestion(lastTextOf(prompt, 'user').replace(/[^\p{L}\p{N}]+/gu, ' '))}\n</summary>`;

/** @param asks what the worker asks for besides a reply */
const replyFor = (prompt: LanguageModelV4Prompt, asks: Readonly<Record<string, unknown>> = {}): string => {
  const { titleOf, isSummary } = asks;
  if (typeof titleOf === 'string') return titleFromQuestion(titleOf);
  return isSummary === true ? summaryOf(prompt) : replyTo(prompt);
};

const wordsOf = (text: string): readonly string[] => text.match(/\s*\S+/g) ?? [];

/** @param tokensPerSecond 0 for as fast as the words are read. */
export const createDemonstrationModel = (tokensPerSecond: number): LanguageModelV4 => {
  const model: LanguageModelV4 = {
    specificationVersion: 'v4',
    provider: 'parlance',
    modelId: 'demonstration',
    supportedUrls: {},
    doGenerate: (options) => generateByStreaming(model, options),
    async doStream({ prompt, maxOutputTokens = Number.POSITIVE_INFINITY, abortSignal, providerOptions }) {
      const reply = replyFor(prompt, providerOptions?.['parlance']);
      const prefix = prompt.at(-1)?.role === 'assistant' ? lastTextOf(prompt, 'assistant') : '';
      const words = wordsOf(reply.startsWith(prefix) ? reply.slice(prefix.length) : `\n\n${reply}`);
      const startedAt = performance.now();
      let sent = 0;
      const stream = new ReadableStream<LanguageModelV4StreamPart>(
        {
          start(controller) {
            controller.enqueue({ type: 'stream-start', warnings: [] });
            controller.enqueue({ type: 'text-start', id: '0' });
          },
          async pull(controller) {
            abortSignal?.throwIfAborted();
            const word = sent < maxOutputTokens ? words[sent] : undefined;
            if (word === undefined) {
              const unified = sent < words.length ? 'length' : 'stop';
              controller.enqueue({ type: 'text-end', id: '0' });
              controller.enqueue({ type: 'finish', finishReason: { unified, raw: unified }, usage: unknownUsage });
              controller.close();
              return;
            }
            const dueIn = tokensPerSecond > 0 ? startedAt + (sent * 1000) / tokensPerSecond - performance.now() : 0;
            if (dueIn > 0) await sleep(dueIn, undefined, abortSignal ? { signal: abortSignal } : {});
            sent += 1;
            controller.enqueue({ type: 'text-delta', id: '0', delta: word });
          },
        },
        { highWaterMark: 1 },
      );
      return { stream };
    },
  };
  return model;
};
