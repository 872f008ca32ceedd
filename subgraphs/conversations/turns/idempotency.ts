/** Idempotency keys of turns: one key of one user leads to one turn; with another request it is refused. */

import { createHash } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/sql';
import { AppError } from '#kernel/errors.ts';
import type { Identity } from '#kernel/identity.ts';
import { type Message, MessageEntity, SendEntity } from '../entities.ts';

export interface TurnResult {
  readonly userMessage: Message;
  readonly assistantMessage: Message;
  /** True when the key was used before, and this is what it led to then. */
  readonly replayed: boolean;
}

interface Keyed {
  readonly identity: Identity;
  readonly idempotencyKey: string;
  readonly requestHash: string;
}

/** The same for equal inputs, whatever the order of their fields. */
export const hashRequest = (operation: string, input: object): string => {
  const entries = Object.entries(input)
    .filter(([key, value]) => key !== 'idempotencyKey' && value !== undefined && value !== null)
    .sort(([left], [right]) => (left < right ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify([operation, entries]))
    .digest('base64url');
};

/** Throws IDEMPOTENCY_KEY_REUSED; undefined when the key is new. */
export const findReplay = async (em: EntityManager, request: Keyed): Promise<TurnResult | undefined> => {
  const send = await em.findOne(SendEntity, {
    tenantId: request.identity.tenantId,
    userId: request.identity.userId,
    idempotencyKey: request.idempotencyKey,
  });
  if (!send) return undefined;
  if (send.requestHash !== request.requestHash) {
    throw new AppError(
      'IDEMPOTENCY_KEY_REUSED',
      'This idempotencyKey was used for another request. Make a new key for each new message.',
      {
        argument: 'idempotencyKey',
      },
    );
  }
  const messages = await em.find(MessageEntity, { id: { $in: [send.userMessageId, send.assistantMessageId] } });
  const userMessage = messages.find((message) => message.id === send.userMessageId);
  const assistantMessage = messages.find((message) => message.id === send.assistantMessageId);
  // Purged together with its conversation: the key stays used.
  if (!userMessage || !assistantMessage)
    throw new AppError('NOT_FOUND', 'The message of this idempotencyKey was deleted.');
  return { userMessage, assistantMessage, replayed: true };
};

/** In the transaction that stores the turn. False when somebody else recorded the key first. */
export const recordSend = async (
  em: EntityManager,
  request: Keyed,
  userMessageId: string,
  assistantMessageId: string,
): Promise<boolean> => {
  const rows = await em.execute<unknown[]>(
    `insert into conversations.sends
      (tenant_id, user_id, idempotency_key, request_hash, user_message_id, assistant_message_id)
    values (?, ?, ?, ?, ?, ?) on conflict do nothing returning true`,
    [
      request.identity.tenantId,
      request.identity.userId,
      request.idempotencyKey,
      request.requestHash,
      userMessageId,
      assistantMessageId,
    ],
  );
  return rows.length > 0;
};
