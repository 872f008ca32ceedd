/**
 * Reads what must be known of a conversation before a turn in it is admitted, and the branch that the turn continues.
 * One statement reads it, and sees only what the caller may change (prepare_turn in migrations/conversations).
 */
import { validate } from 'uuid';
import { z } from 'zod';
import { complexities } from '#contracts/complexity/complexity.ts';
import type { PreviousClass } from '#contracts/complexity/conversation-class.ts';
import type { Identity } from '#contracts/identity.ts';
import { callFunction } from '#kernel/database/call-function.ts';
import type { Database } from '#kernel/database/database.ts';
import { AppError } from '#kernel/errors.ts';
import { conversationNotFound } from '../conversations/access.ts';
import { type BranchMessage, branchMessagesSchema } from '../prompts/branch-message.ts';
import { maxHistory, maxHistoryBytes } from '../replies/build-job.ts';
import { keptMessages, summaryVersion } from '../summaries/summary-terms.ts';

/**
 * The message that a turn continues: the head at the time when the turn is stored, none (the turn starts a new root),
 * or the message with this id.
 */
export type TurnParent = { readonly kind: 'head' | 'root' } | { readonly kind: 'message'; readonly id: string };

export interface KnownSend {
  readonly requestHash: string;
  readonly questionId: string;
  readonly replyId: string;
}

export interface TurnContext {
  readonly modelPolicy: string | undefined;
  readonly systemPrompt: string | undefined;
  /** US dollars, exact, that the conversation may cost altogether; undefined where it has no budget. */
  readonly budgetUsd: string | undefined;
  /** The collections that the replies of the conversation may draw on. */
  readonly collectionIds: readonly string[];
  /** Whether the conversation has a title. */
  readonly titled: boolean;
  /** The earlier send with the same idempotency key. */
  readonly send: KnownSend | undefined;
  /** Undefined for a turn at the root. */
  readonly parentId: string | undefined;
  /** What the turns before the history were summarised to; undefined where there is no summary. */
  readonly summary: string | undefined;
  /**
   * The end of the branch down to the parent, oldest first, at most `maxHistory` messages and `maxHistoryBytes`. Empty
   * when `send` is known.
   */
  readonly history: readonly BranchMessage[];
  /** Bytes that the tenant stores. */
  readonly storedBytes: number;
  /** The class of the last turn above; undefined for the first turn. */
  readonly previousClass: PreviousClass | undefined;
}

const rowSchema = z.object({
  model_policy: z.string().nullable(),
  system_prompt: z.string().nullable(),
  summary: z.string().nullable(),
  titled: z.boolean(),
  budget_usd: z.string().nullable(),
  stored_bytes: z.coerce.number(),
  complexity: z.enum(complexities).nullable().catch(null),
  judged_at: z.coerce.date().nullable(),
  collection_ids: z
    .string()
    .transform((text): unknown => JSON.parse(text))
    .or(z.array(z.unknown()))
    .pipe(z.array(z.string())),
  request_hash: z.string().nullable(),
  question_id: z.string().nullable(),
  answer_id: z.string().nullable(),
  above_id: z.string().nullable(),
  history: z
    .string()
    .transform((text): unknown => JSON.parse(text))
    .or(z.array(z.unknown()))
    .nullable()
    .transform((history) => history ?? [])
    .pipe(branchMessagesSchema),
});

/** Throws NOT_FOUND, and BAD_USER_INPUT when the parent is not in the conversation. */
export const readTurnContext = async (
  database: Database,
  request: {
    readonly identity: Identity;
    readonly conversationId: string;
    readonly idempotencyKey: string;
    readonly parent: TurnParent;
  },
): Promise<TurnContext> => {
  const { identity, conversationId, idempotencyKey, parent } = request;
  const wanted = parent.kind === 'message' && validate(parent.id) ? parent.id : null;
  if (!validate(conversationId)) throw conversationNotFound();
  const [found] = await callFunction(database, {
    name: 'conversations.prepare_turn',
    parameters: {
      a_tenant: identity.tenantId,
      a_user: identity.userId,
      a_conversation: conversationId,
      a_key: idempotencyKey,
      a_follows_head: parent.kind === 'head',
      a_above: wanted,
      a_most: maxHistory,
      a_bytes: maxHistoryBytes,
      a_kept: keptMessages,
      a_version: summaryVersion,
    },
  });
  if (found === undefined) throw conversationNotFound();
  const row = rowSchema.parse(found);
  if (parent.kind === 'message' && row.above_id === null) {
    throw new AppError('BAD_USER_INPUT', '"parentId" is no message of this conversation.', { argument: 'parentId' });
  }
  const { request_hash: requestHash, question_id: questionId, answer_id: replyId, complexity } = row;
  return {
    modelPolicy: row.model_policy ?? undefined,
    systemPrompt: row.system_prompt ?? undefined,
    collectionIds: row.collection_ids,
    titled: row.titled,
    budgetUsd: row.budget_usd ?? undefined,
    send:
      requestHash === null || questionId === null || replyId === null
        ? undefined
        : { requestHash, questionId, replyId },
    parentId: row.above_id ?? undefined,
    summary: row.summary ?? undefined,
    history: row.history,
    storedBytes: row.stored_bytes,
    previousClass: complexity && row.judged_at ? { complexity, at: row.judged_at.getTime() } : undefined,
  };
};
