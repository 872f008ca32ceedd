/**
 * Computes what a generation costs, in exact decimals and never in floats. Costs are not rounded, so sums of entries
 * are exact too. Also has the price policy for a reply in which several models or attempts have a share: it is charged
 * as if one had written it.
 */
import { Decimal } from 'decimal.js';
import type { z } from 'zod';
import type { ReplyShare } from '#contracts/broker-events.ts';
import type { priceSchema } from '#contracts/generation-job.ts';
import type { TokenUsage } from '#contracts/token-usage.ts';

/** Enough digits for any exact product: 16 of a token count, 21 of a price (models.yaml), 6 of the million. */
const Exact = Decimal.clone({ precision: 60 });

/**
 * USD as a plain decimal. Input that was read from a cache or written to one has a price of its own; output includes
 * reasoning.
 * @param price USD per million tokens; undefined if no model was called, which costs nothing
 */
export const costUsd = (usage: TokenUsage, price: z.infer<typeof priceSchema> | undefined): string => {
  if (price === undefined) return '0';
  const { inputTokens, cacheWriteTokens = 0 } = usage;
  const cached = Math.min(usage.cachedInputTokens, inputTokens);
  const written = Math.min(cacheWriteTokens, inputTokens - cached);
  return new Exact(price.input)
    .times(inputTokens - cached - written)
    .plus(new Exact(price.cachedInput).times(cached))
    .plus(new Exact(price.cacheWrite ?? price.input).times(written))
    .plus(new Exact(price.output).times(usage.outputTokens))
    .dividedBy(1_000_000)
    .toFixed();
};

/** A share of a reply on its bill. */
export interface BilledShare extends ReplyShare {
  /** Tokens that are charged. */
  readonly charged: TokenUsage;
  readonly costUsd: string;
}

export interface Bill {
  /** The tokens that are charged in total. */
  readonly usage: TokenUsage;
  readonly costUsd: string;
  readonly shares: readonly BilledShare[];
}

/**
 * A share that was reset is not in the reply and costs nothing, because the customer did not cause the repetition. Of
 * the shares in the reply, the first is charged for the prompt, and each for its output; that a later one had to read
 * the prompt again costs nothing either.
 */
export const billOf = (shares: readonly ReplyShare[], source: TokenUsage['source']): Bill => {
  const first = shares.find(({ inAnswer }) => inAnswer);
  const billed = shares.map((share): BilledShare => {
    const { usage, inAnswer, price } = share;
    const withoutPrompt = { ...usage, inputTokens: 0, cachedInputTokens: 0, cacheWriteTokens: 0 };
    const charged = !inAnswer
      ? { ...withoutPrompt, outputTokens: 0, reasoningTokens: 0 }
      : share === first
        ? usage
        : withoutPrompt;
    return { ...share, charged, costUsd: costUsd(charged, price) };
  });
  const sum = (count: (usage: TokenUsage) => number): number =>
    billed.reduce((total, { charged }) => total + count(charged), 0);
  return {
    usage: {
      inputTokens: sum((usage) => usage.inputTokens),
      cachedInputTokens: sum((usage) => usage.cachedInputTokens),
      cacheWriteTokens: sum(({ cacheWriteTokens = 0 }) => cacheWriteTokens),
      outputTokens: sum((usage) => usage.outputTokens),
      reasoningTokens: sum((usage) => usage.reasoningTokens),
      source,
    },
    costUsd: billed.reduce((total, share) => total.plus(share.costUsd), new Exact(0)).toFixed(),
    shares: billed,
  };
};
