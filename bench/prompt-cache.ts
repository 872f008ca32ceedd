/**
 * What a conversation of 20 turns reads from the prompt cache of Anthropic, in front of a server that caches as its
 * documentation says, and what the prompts cost with Sonnet's prices compared with no cache.
 */
import { converse } from '../inference-workers/providers/anthropic/prompt-cache.fixture.ts';
import { candidateOf } from '../inference-workers/worker.fixture.ts';
import type { Figure } from './figures.ts';

const turns = 20;
/** Of the price of input. */
const prices = { read: 0.1, written: 1.25, plain: 1 };

/** Text of so many characters, which no other text of the conversation begins with. */
const textOf = (name: string, length: number): string =>
  `${name}: ${'some words of a plain text. '.repeat(length / 28)}`;

const measure = async (contextWindow: number): Promise<Figure[]> => {
  const candidates = [candidateOf('openai/scripted', { contextWindow, maxOutputTokens: 1_024 })];
  const { usages } = await converse(
    textOf('instructions', 2_400),
    Array.from({ length: turns }, (_, turn) => ({
      question: textOf(`question ${turn}`, 240),
      reply: textOf(`reply ${turn}`, 1_200),
    })),
    { jobOf: () => ({ candidates }) },
  );
  const sumOf = (kind: keyof typeof prices): number => usages.reduce((sum, usage) => sum + usage[kind], 0);
  const [read, written, plain] = [sumOf('read'), sumOf('written'), sumOf('plain')];
  const all = read + written + plain;
  const cost = read * prices.read + written * prices.written + plain * prices.plain;
  const conversation = `${turns} turns, window of ${contextWindow}`;
  return [
    { name: `input tokens read from the cache, ${conversation}`, value: read / all, unit: 'of all' },
    { name: `prompts, compared with no cache, ${conversation}`, value: cost / all, unit: 'of the price' },
  ];
};

export const measurePromptCache = async (): Promise<Figure[]> => [
  ...(await measure(200_000)),
  ...(await measure(4_096)),
];
