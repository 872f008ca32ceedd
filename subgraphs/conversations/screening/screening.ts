/**
 * Has safety screen what a user wrote, before any of it is stored: a message, or the instructions of a conversation.
 * Throws CONTENT_BLOCKED, and the fault of safety while it cannot be asked. A message is screened within its
 * reservation. Instructions have none, so their characters are limited per user, because a long text takes long to
 * screen. Each response brings the policy for the tenant's replies, so no turn asks for it.
 */
import { LRUCache } from 'lru-cache';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import type { Identity } from '#contracts/identity.ts';
import { type ModerationCategory, moderationCategories } from '#contracts/moderation/categories.ts';
import { type OutputModeration, outputModerationSchema } from '#contracts/moderation/output-moderation.ts';
import { type PiiPolicy, piiPolicies } from '#contracts/pii/pii-policy.ts';
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

/** What a tenant's policy says of a reply. */
export interface ReplyPolicy {
  /** How the reply is screened before it is shown; undefined: after its end. */
  readonly window: OutputModeration | undefined;
  /** What models may read of data about people; undefined: everything. */
  readonly pii: Exclude<PiiPolicy, 'OFF'> | undefined;
}

export interface ScreeningResult extends ReplyPolicy {
  /** The categories that the message was flagged for. */
  readonly flagged: readonly ModerationCategory[];
}

export interface Screening {
  message(screened: ScreenedMessage): Promise<ScreeningResult>;
  /**
   * The policy for a reply to a question that is not screened again. Asks safety where the last response is too old.
   * While safety does not respond, what it said last counts; where it never did, its fault is thrown, so that no reply
   * gets past a policy.
   */
  policy(identity: Identity): Promise<ReplyPolicy>;
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

const windowFields = 'holdCharacters thresholds { category flagAt blockAt } providers';
const screenQuery = `mutation Screen($input: ScreenContentInput!) {
  screenContent(input: $input) { action categories { category score } window { ${windowFields} } pii }
}`;
const windowSchema = outputModerationSchema.nullish();
const piiSchema = z.enum(piiPolicies).nullish();
const screenSchema = z.object({
  screenContent: z.object({
    action: z.enum(['ALLOW', 'FLAG', 'BLOCK']),
    categories: z.array(z.object({ category: z.string(), score: z.number() })),
    window: windowSchema,
    pii: piiSchema,
  }),
});

const policyQuery = `query Policy { outputWindow { ${windowFields} } piiPolicy }`;
const policyResultSchema = z.object({ outputWindow: windowSchema, piiPolicy: piiSchema });
/** Milliseconds for which the policy of a tenant counts as known, as safety itself remembers it. */
const freshForMs = 30_000;
const rememberedTenants = 10_000;

interface KnownPolicy extends ReplyPolicy {
  readonly at: number;
}

export const createScreening = ({ safety, limiter, maxContentLength }: ScreeningServices): Screening => {
  const instructionsRate: TokenBucket = {
    capacity: longestAtOnce * maxContentLength,
    refillPerSecond: charactersPerSecond,
  };

  const policies = new LRUCache<string, KnownPolicy>({ max: rememberedTenants });
  const remember = (
    { tenantId }: Identity,
    window: z.infer<typeof windowSchema>,
    pii: z.infer<typeof piiSchema>,
  ): ReplyPolicy => {
    const policy = { window: window ?? undefined, pii: pii == null || pii === 'OFF' ? undefined : pii };
    policies.set(tenantId, { ...policy, at: Date.now() });
    return policy;
  };

  const screen = async (identity: Identity, input: object, refusal: string): Promise<ScreeningResult> => {
    const { screenContent } = await safety.call({
      identity,
      query: screenQuery,
      variables: { input },
      data: screenSchema,
      deadlineMs,
    });
    const categories = screenContent.categories.map(({ category }) => category);
    if (screenContent.action === 'BLOCK') throw new AppError('CONTENT_BLOCKED', refusal, { details: { categories } });
    const policy = remember(identity, screenContent.window, screenContent.pii);
    return { flagged: moderationCategories.filter((category) => categories.includes(category)), ...policy };
  };

  return {
    message: ({ identity, messageId, conversationId, content }) =>
      screen(
        identity,
        { messageId, conversationId, content },
        'This message breaks the rules of your organization. Change it and send it again.',
      ),
    async policy(identity) {
      const known = policies.get(identity.tenantId);
      if (known !== undefined && Date.now() - known.at < freshForMs) return known;
      try {
        const ask = { identity, query: policyQuery, variables: {}, data: policyResultSchema, deadlineMs };
        const { outputWindow, piiPolicy } = await safety.call(ask);
        return remember(identity, outputWindow, piiPolicy);
      } catch (fault) {
        if (known === undefined) throw fault;
        return known;
      }
    },
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
