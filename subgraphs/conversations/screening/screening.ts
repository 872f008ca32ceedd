/**
 * Has safety screen what a user wrote, before any of it is stored: a message, or the instructions of a conversation.
 * Throws CONTENT_BLOCKED, and the fault of safety while it cannot be asked. A message is screened within its
 * reservation. Instructions have none, so their characters are limited per user, because a long text takes long to
 * screen.
 */
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import type { Identity } from '#contracts/identity.ts';
import { type ModerationCategory, moderationCategories } from '#contracts/moderation/categories.ts';
import { AppError } from '#kernel/errors.ts';
import type { Limiter, TokenBucket } from '#kernel/limiter/limiter.ts';
import type { SubgraphClient } from '#kernel/subgraph-client/subgraph-client.ts';

export interface ScreenedMessage {
  readonly identity: Identity;
  readonly messageId: string;
  readonly conversationId: string;
  readonly content: string;
}

export interface ScreenedInstructions {
  readonly identity: Identity;
  readonly conversationId: string;
  /** Absent or null: there is nothing to screen. */
  readonly systemPrompt: string | null | undefined;
}

export interface Screening {
  /** Returns the categories that the message was flagged for. */
  message(screened: ScreenedMessage): Promise<readonly ModerationCategory[]>;
  /** Throws RATE_LIMITED too. */
  instructions(screened: ScreenedInstructions): Promise<void>;
}

export interface ScreeningServices {
  readonly safety: SubgraphClient;
  readonly limiter: Limiter;
  /** Most characters of a text (`MAX_CONTENT_LENGTH`). */
  readonly maxContentLength: number;
}

/** Milliseconds that safety has to respond. */
const deadlineMs = 3_000;
/** Characters of instructions that a user may have screened: texts of the greatest length at once, and per second. */
const longestAtOnce = 4;
const charactersPerSecond = 2_000;

const screenQuery = `mutation Screen($input: ScreenContentInput!) {
  screenContent(input: $input) { action categories { category score } }
}`;
const screenSchema = z.object({
  screenContent: z.object({
    action: z.enum(['ALLOW', 'FLAG', 'BLOCK']),
    categories: z.array(z.object({ category: z.string(), score: z.number() })),
  }),
});

export const createScreening = ({ safety, limiter, maxContentLength }: ScreeningServices): Screening => {
  const instructionsRate: TokenBucket = {
    capacity: longestAtOnce * maxContentLength,
    refillPerSecond: charactersPerSecond,
  };

  const screen = async (identity: Identity, input: object, refusal: string): Promise<readonly ModerationCategory[]> => {
    const { screenContent } = await safety.call({
      identity,
      query: screenQuery,
      variables: { input },
      data: screenSchema,
      deadlineMs,
    });
    const categories = screenContent.categories.map(({ category }) => category);
    if (screenContent.action === 'BLOCK') throw new AppError('CONTENT_BLOCKED', refusal, { details: { categories } });
    return moderationCategories.filter((category) => categories.includes(category));
  };

  return {
    message: ({ identity, messageId, conversationId, content }) =>
      screen(
        identity,
        { messageId, conversationId, content },
        'This message breaks the rules of your organization. Change it and send it again.',
      ),
    async instructions({ identity, conversationId, systemPrompt }) {
      if (systemPrompt == null) return;
      const { tenantId, userId } = identity;
      const key = `screened-instructions:${tenantId}:${userId}`;
      const { allowed, retryAfterMs } = await limiter.takeTokens(key, instructionsRate, systemPrompt.length);
      if (!allowed) {
        throw new AppError('RATE_LIMITED', 'You change instructions too often. Wait a moment, then try again.', {
          retryAfterMs,
        });
      }
      // Each text has a verdict and a case of its own, however often the instructions change.
      const ids = { messageId: uuidv7(), conversationId };
      await screen(
        identity,
        { ...ids, content: systemPrompt, stage: 'INSTRUCTIONS' },
        'These instructions break the rules of your organization. Change them and try again.',
      );
    },
  };
};
