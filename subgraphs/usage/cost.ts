/** What a generation costs: exact decimal arithmetic, never a float. Unrounded, so that sums of entries stay exact too. */
import { Decimal } from 'decimal.js';
import type { z } from 'zod';
import type { TokenUsage } from '#kernel/messages/events.ts';
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
