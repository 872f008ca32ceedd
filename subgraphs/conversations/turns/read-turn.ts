/**
 * What a turn must know before it is admitted, and the branch it goes under, read in one statement that sees what the caller may change and
 * nothing else (migrations/conversations/functions/begin_turn.sql).
 */
import { validate } from 'uuid';
import { z } from 'zod';
import { callFunction } from '#kernel/database/call-function.ts';
import type { Database } from '#kernel/database/database.ts';
import { AppError } from '#kernel/errors.ts';
import type { Identity } from '#kernel/identity.ts';
import { conversationNotFound } from '../access.ts';
import { messageRoles, messageStatuses } from '../entities.ts';
import { maxHistory, maxHistoryBytes } from './build-job.ts';

/** Where a turn goes: under the head, whatever it is when the turn is stored, or under no message, or under the one with this id. */
export type Place = { readonly kind: 'head' | 'root' } | { readonly kind: 'message'; readonly id: string };

export interface KnownSend {
  readonly requestHash: string;
  readonly questionId: string;
  readonly answerId: string;
}

export const historySchema = z.array(
  z.object({ role: z.enum(messageRoles), content: z.string(), status: z.enum(messageStatuses) }),
);
export type History = z.infer<typeof historySchema>;

export interface Turn {
  readonly modelPolicy: string | undefined;
  readonly systemPrompt: string | undefined;
  /** Whether the conversation has a title. */
  readonly titled: boolean;
  /** What the idempotency key led to before. */
  readonly send: KnownSend | undefined;
  /** Undefined: at the root. */
  readonly aboveId: string | undefined;
  /**
   * The path down to that message, its end of `maxHistory` messages and `maxHistoryBytes` at most, oldest first; empty
   * when `send` is known.
   */
  readonly history: History;
  /** Bytes that the tenant stores. */
  readonly storedBytes: number;
}

const turnSchema = z.object({
  model_policy: z.string().nullable(),
  system_prompt: z.string().nullable(),
  titled: z.boolean(),
  stored_bytes: z.coerce.number(),
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
    .pipe(historySchema),
});

/** Throws NOT_FOUND, and BAD_USER_INPUT when the message to go under is not in the conversation. */
export const readTurn = async (
  database: Database,
  request: {
    readonly identity: Identity;
    readonly conversationId: string;
    readonly idempotencyKey: string;
    readonly place: Place;
  },
): Promise<Turn> => {
  const { identity, conversationId, idempotencyKey, place } = request;
  const wanted = place.kind === 'message' && validate(place.id) ? place.id : null;
  if (!validate(conversationId)) throw conversationNotFound();
  const [found] = await callFunction(database, {
    name: 'conversations.begin_turn',
    parameters: {
      a_tenant: identity.tenantId,
      a_user: identity.userId,
      a_conversation: conversationId,
      a_key: idempotencyKey,
      a_follows_head: place.kind === 'head',
      a_above: wanted,
      a_most: maxHistory,
      a_bytes: maxHistoryBytes,
    },
  });
  if (found === undefined) throw conversationNotFound();
  const row = turnSchema.parse(found);
  if (place.kind === 'message' && row.above_id === null) {
    throw new AppError('BAD_USER_INPUT', '"parentId" is no message of this conversation.', { argument: 'parentId' });
  }
  const { request_hash: requestHash, question_id: questionId, answer_id: answerId } = row;
  return {
    modelPolicy: row.model_policy ?? undefined,
    systemPrompt: row.system_prompt ?? undefined,
    titled: row.titled,
    send:
      requestHash === null || questionId === null || answerId === null
        ? undefined
        : { requestHash, questionId, answerId },
    aboveId: row.above_id ?? undefined,
    history: row.history,
    storedBytes: row.stored_bytes,
  };
};
