/**
 * What a generation costs: exact decimal arithmetic, never a float. Unrounded, so that sums of entries stay exact too. The price policy
 * where several models or attempts had a part in one answer: it is charged as if one had written it.
 */
import { Decimal } from 'decimal.js';
import type { z } from 'zod';
import type { ReplyShare, TokenUsage } from '#kernel/messages/events.ts';
import type { priceSchema } from '#kernel/messages/generation-job.ts';

/** Digits that hold any product exactly: 16 of a token count, 21 of a price (models.yaml), 6 of the million. */
const Exact = Decimal.clone({ precision: 60 });

/**
 * USD as a plain decimal. Input that the provider had cached costs the cached price; output includes reasoning.
 * @param price USD per million tokens; undefined when no model was called, which costs nothing.
 */
export const costUsd = (usage: TokenUsage, price: z.infer<typeof priceSchema> | undefined): string => {
  if (price === undefined) return '0';
  const cached = Math.min(usage.cachedInputTokens, usage.inputTokens);
  return new Exact(price.input)
    .times(usage.inputTokens - cached)
    .plus(new Exact(price.cachedInput).times(cached))
    .plus(new Exact(price.output).times(usage.outputTokens))
    .dividedBy(1_000_000)
    .toFixed();
};

/** One part of an answer on its bill. */
export interface BilledPart extends ReplyShare {
  /** Tokens that are charged. */
  readonly charged: TokenUsage;
  readonly costUsd: string;
}

export interface Bill {
  /** What is charged in all. */
  readonly usage: TokenUsage;
  readonly costUsd: string;
  readonly parts: readonly BilledPart[];
}

/**
 * What was reset is not in the answer and costs nothing: that it had to be repeated is not the customer's doing. Of what is in the answer
 * the first part pays for the prompt, and each for what it said; that a later one had to read the prompt again costs nothing either.
 */
export const billOf = (parts: readonly ReplyShare[], source: TokenUsage['source']): Bill => {
  const first = parts.find(({ inAnswer }) => inAnswer);
  const billed = parts.map((part): BilledPart => {
    const { usage, inAnswer, price } = part;
    const readsAgain = { ...usage, inputTokens: 0, cachedInputTokens: 0 };
    const charged = !inAnswer
      ? { ...readsAgain, outputTokens: 0, reasoningTokens: 0 }
      : part === first
        ? usage
        : readsAgain;
    return { ...part, charged, costUsd: costUsd(charged, price) };
  });
  const sum = (count: (usage: TokenUsage) => number): number =>
    billed.reduce((total, { charged }) => total + count(charged), 0);
  return {
    usage: {
      inputTokens: sum((usage) => usage.inputTokens),
      cachedInputTokens: sum((usage) => usage.cachedInputTokens),
      outputTokens: sum((usage) => usage.outputTokens),
      reasoningTokens: sum((usage) => usage.reasoningTokens),
      source,
    },
    costUsd: billed.reduce((total, part) => total.plus(part.costUsd), new Exact(0)).toFixed(),
    parts: billed,
  };
};
