/**
 * Reserves the tokens and the money that a generation may need, if tenant and user have enough left. One statement
 * checks and counts atomically under any number of callers (migrations/usage/functions/hold_tokens.sql). Invariants: a
 * reservation never makes what is held and used exceed a limit or the budget. A request reserves under an id that no
 * client chooses, and shares its reservation only with other requests of the same send.
 */
import { Decimal } from 'decimal.js';
import { z } from 'zod';
import type { Identity } from '#contracts/identity.ts';
import { type PlanTier, planTiers } from '#contracts/plan-tiers.ts';
import { callFunction } from '#kernel/database/call-function.ts';
import type { Database } from '#kernel/database/database.ts';
import { AppError } from '#kernel/errors.ts';
import { nameProgram } from '../accounts/name-program.ts';
import { strongestRole } from '../accounts/provision.ts';
import type { QuotaChanges } from './quota-changes.ts';

export interface TokenReservation {
  readonly messageId: string;
  readonly plan: PlanTier;
  readonly reservedTokens: number;
}

export interface ReserveTokensInput {
  /**
   * UUID that the calling service made for this request alone. Default, for the former version: that of the message.
   */
  readonly reservationId?: string | null | undefined;
  /** UUID that all requests of one send have in common, and no others of the user. Default: it shares with none. */
  readonly sendId?: string | null | undefined;
  /** The assistant message that the tokens are for. */
  readonly messageId: string;
  readonly conversationId: string;
  /** Tokens of the prompt, counted or estimated. */
  readonly inputTokens: number;
  readonly maxOutputTokens: number;
  /** USD, exact: the most that the reply may cost, and that a title generated after it may cost. Default: 0. */
  readonly maxCostUsd?: string | null | undefined;
  readonly maxTitleCostUsd?: string | null | undefined;
  /** USD, exact: what the conversation may cost altogether. Default: it has no budget. */
  readonly conversationBudgetUsd?: string | null | undefined;
}

/** The quotas that can refuse, as the message names them. */
const refusals = {
  CONVERSATION_BUDGET: "this conversation's budget",
  TENANT_BUDGET: "your tenant's budget of this month",
  TENANT_DAY: "your tenant's tokens of today",
  TENANT_MINUTE: "your tenant's tokens of this minute",
  USER_DAY: 'your tokens of today',
  USER_MINUTE: 'your tokens of this minute',
} as const;
const refusalNames = [
  ...(['CONVERSATION_BUDGET', 'TENANT_BUDGET', 'TENANT_DAY', 'TENANT_MINUTE', 'USER_DAY', 'USER_MINUTE'] as const),
] as const;

const rowSchema = z.object({
  plan: z.enum(planTiers),
  reserved: z.coerce.number(),
  refused_by: z.enum(refusalNames).nullable(),
  retry_after_ms: z.coerce.number().nullable(),
});

/** A decimal amount of USD. */
const amount = z.string().regex(/^\d{1,30}(\.\d{1,60})?$/);
const inputSchema = z.object({
  reservationId: z.uuid().nullish(),
  sendId: z.uuid().nullish(),
  maxCostUsd: amount.nullish(),
  maxTitleCostUsd: amount.nullish(),
  conversationBudgetUsd: amount.nullish(),
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
  { inputTokens, maxOutputTokens, maxCostUsd, maxTitleCostUsd }: ReserveTokensInput,
  retryAfterMs: number | undefined,
): string => {
  if (quota === 'CONVERSATION_BUDGET') {
    const most = new Decimal(maxCostUsd ?? 0)
      .plus(maxTitleCostUsd ?? 0)
      .toSignificantDigits(3, Decimal.ROUND_UP)
      .toFixed();
    return `This may cost up to ${most} US dollars, and ${refusals[quota]} does not suffice. Raise the budget of the conversation, ask for a shorter reply, or start another conversation.`;
  }
  const needs =
    quota === 'TENANT_BUDGET'
      ? `may cost up to ${maxCostUsd ?? 0} US dollars`
      : `needs up to ${inputTokens + maxOutputTokens} tokens`;
  const advice = retryAfterMs === undefined ? 'Ask for a shorter reply, or ask' : 'Try again later, or ask';
  return `This ${needs}, and ${refusals[quota]} ${quota === 'TENANT_BUDGET' ? 'does' : 'do'} not suffice. ${advice} your billing administrator for more.`;
};

export interface ReservationServices {
  readonly database: Database;
  readonly quotaChanges: Pick<QuotaChanges, 'announce'>;
  /** Seconds after which the reservation expires if its turn is never stored. */
  readonly reservationTtlSeconds: number;
}

/** Throws QUOTA_EXCEEDED with `quota`, and with retryAfterMs if the tokens will fit into the next window. */
export const reserveTokens = async (
  { database, quotaChanges, reservationTtlSeconds }: ReservationServices,
  identity: Identity,
  input: ReserveTokensInput,
): Promise<TokenReservation> => {
  requireInput(input);
  const tokens = input.inputTokens + input.maxOutputTokens;
  const budget = input.conversationBudgetUsd ?? undefined;
  const [row] = await callFunction(database, {
    name: budget === undefined ? 'usage.hold_tokens' : 'usage.hold_in_conversation',
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
      a_ttl_seconds: reservationTtlSeconds,
      ...(budget === undefined ? {} : { a_budget: budget }),
    },
  });
  const outcome = rowSchema.parse(row);
  if (outcome.refused_by === null) {
    quotaChanges.announce(identity.tenantId, identity.userId);
    await nameProgram(database.forTenant(identity.tenantId), identity);
    return { messageId: input.messageId, plan: outcome.plan, reservedTokens: outcome.reserved };
  }
  const [quota, retryAfterMs] = [outcome.refused_by, outcome.retry_after_ms ?? undefined];
  throw new AppError('QUOTA_EXCEEDED', sentenceOf(quota, input, retryAfterMs), { details: { quota }, retryAfterMs });
};
