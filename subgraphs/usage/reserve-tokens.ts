/**
 * Admission's question whether tenant and user have tokens left, and the tenant money. One statement, which checks and
 * counts atomically under any number of callers (migrations/usage/functions/hold_tokens.sql). Invariants: what is held
 * and used never exceeds a limit or the budget through a reservation; a request holds what it reserved under an id of
 * its own, which no client chooses, and shares it with other requests of the same send alone.
 */
import { z } from 'zod';
import { type PlanTier, planTiers } from '#kernel/catalogue/models-file.ts';
import { callFunction } from '#kernel/database/call-function.ts';
import type { Database } from '#kernel/database/database.ts';
import { AppError } from '#kernel/errors.ts';
import type { Identity } from '#kernel/identity.ts';
import { strongestRole } from './provision.ts';

export interface TokenReservation {
  readonly messageId: string;
  readonly plan: PlanTier;
  readonly reservedTokens: number;
}

export interface ReserveTokensInput {
  /**
   * UUID that the asking service made for this request alone. Absent from conversations of the version before: then the
   * message's.
   */
  readonly reservationId?: string | null | undefined;
  /** UUID that all requests of one send have, and no other ones of the user. Absent: it shares with nobody. */
  readonly sendId?: string | null | undefined;
  /** The assistant message that the tokens are for. */
  readonly messageId: string;
  readonly conversationId: string;
  /** Tokens of the prompt, counted or estimated. */
  readonly inputTokens: number;
  readonly maxOutputTokens: number;
  /** USD, exact: the most that the reply may cost, and the title that it may lead to. Absent: nothing. */
  readonly maxCostUsd?: string | null | undefined;
  readonly maxTitleCostUsd?: string | null | undefined;
}

/** Quotas that can refuse, with what does not suffice. */
const refusals = {
  TENANT_BUDGET: "your tenant's budget of this month",
  TENANT_DAY: "your tenant's tokens of today",
  TENANT_MINUTE: "your tenant's tokens of this minute",
  USER_DAY: 'your tokens of today',
  USER_MINUTE: 'your tokens of this minute',
} as const;
const refusalNames = ['TENANT_BUDGET', 'TENANT_DAY', 'TENANT_MINUTE', 'USER_DAY', 'USER_MINUTE'] as const;

const answerSchema = z.object({
  plan: z.enum(planTiers),
  reserved: z.coerce.number(),
  refused_by: z.enum(refusalNames).nullable(),
  retry_after_ms: z.coerce.number().nullable(),
});

/** No quota holds more than a bigint; this is far below, and what two Ints add up to at most. */
const amount = z.string().regex(/^\d{1,30}(\.\d{1,60})?$/);
const inputSchema = z.object({
  reservationId: z.uuid().nullish(),
  sendId: z.uuid().nullish(),
  maxCostUsd: amount.nullish(),
  maxTitleCostUsd: amount.nullish(),
  messageId: z.uuid(),
  conversationId: z.uuid(),
  inputTokens: z.int().nonnegative(),
  maxOutputTokens: z.int().nonnegative(),
});

const requireInput = (input: ReserveTokensInput): void => {
  const parsed = inputSchema.safeParse(input);
  if (parsed.success) return;
  const argument = String(parsed.error.issues[0]?.path[0] ?? 'input');
  throw new AppError('BAD_USER_INPUT', `${argument} is not valid.`, { argument });
};

const sentenceOf = (
  quota: keyof typeof refusals,
  { inputTokens, maxOutputTokens, maxCostUsd }: ReserveTokensInput,
  retryAfterMs: number | undefined,
): string => {
  const needs =
    quota === 'TENANT_BUDGET'
      ? `may cost up to ${maxCostUsd ?? 0} US dollars`
      : `needs up to ${inputTokens + maxOutputTokens} tokens`;
  const advice = retryAfterMs === undefined ? 'Ask for a shorter answer, or ask' : 'Try again later, or ask';
  return `This ${needs}, and ${refusals[quota]} ${quota === 'TENANT_BUDGET' ? 'does' : 'do'} not suffice. ${advice} your billing administrator for more.`;
};

/** Throws QUOTA_EXCEEDED with `quota`, and with retryAfterMs when the tokens fit once the window has turned. */
export const reserveTokens = async (
  database: Database,
  identity: Identity,
  input: ReserveTokensInput,
  ttlSeconds: number,
): Promise<TokenReservation> => {
  requireInput(input);
  const tokens = input.inputTokens + input.maxOutputTokens;
  const [row] = await callFunction(database, {
    name: 'usage.hold_tokens',
    parameters: {
      a_tenant: identity.tenantId,
      a_user: identity.userId,
      a_role: strongestRole(identity),
      a_reservation: input.reservationId ?? input.messageId,
      a_send: input.sendId ?? null,
      a_message: input.messageId,
      a_conversation: input.conversationId,
      a_tokens: tokens,
      a_cost: input.maxCostUsd ?? '0',
      a_title_cost: input.maxTitleCostUsd ?? '0',
      a_ttl_seconds: ttlSeconds,
    },
  });
  const answer = answerSchema.parse(row);
  if (answer.refused_by === null) {
    return { messageId: input.messageId, plan: answer.plan, reservedTokens: answer.reserved };
  }
  const [quota, retryAfterMs] = [answer.refused_by, answer.retry_after_ms ?? undefined];
  throw new AppError('QUOTA_EXCEEDED', sentenceOf(quota, input, retryAfterMs), { details: { quota }, retryAfterMs });
};
