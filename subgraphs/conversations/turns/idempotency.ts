/** Idempotency keys of turns: a user's key leads to one turn, and is refused with a different request. */

import { createHash } from 'node:crypto';
import { v5 as uuidv5 } from 'uuid';
import type { Identity } from '#contracts/identity.ts';
import type { Database } from '#kernel/database/database.ts';
import { AppError } from '#kernel/errors.ts';
import { type Message, MessageEntity } from '../entities.ts';
import type { KnownSend } from './read-turn-context.ts';

export interface TurnResult {
  readonly question: Message;
  readonly reply: Message;
  /** Whether the key was used before and this is the turn that it led to then. */
  readonly replayed: boolean;
}

/** Equal inputs give equal hashes, whatever the order of their fields. */
export const hashRequest = (operation: string, input: object): string => {
  const entries = Object.entries(input)
    .filter(([key, value]) => key !== 'idempotencyKey' && value !== undefined && value !== null)
    .sort(([left], [right]) => (left < right ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify([operation, entries]))
    .digest('base64url');
};

/** A UUID that is the same for all copies of one send, and for nothing else of its user. */
export const sendIdOf = (request: {
  readonly identity: Identity;
  readonly idempotencyKey: string;
  readonly requestHash: string;
}): string => uuidv5(JSON.stringify([request.idempotencyKey, request.requestHash]), request.identity.userId);

/** Returns the turn that a key led to. Throws IDEMPOTENCY_KEY_REUSED when that was a different request. */
export const replayTurn = async (
  database: Database,
  tenantId: string,
  send: KnownSend,
  requestHash: string,
): Promise<TurnResult> => {
  if (send.requestHash !== requestHash) {
    throw new AppError(
      'IDEMPOTENCY_KEY_REUSED',
      'This idempotencyKey was used for another request. Make a new key for each new message.',
      {
        argument: 'idempotencyKey',
      },
    );
  }
  const messages = await database
    .forTenant(tenantId)
    .find(MessageEntity, { id: { $in: [send.questionId, send.replyId] } });
  const question = messages.find((message) => message.id === send.questionId);
  const reply = messages.find((message) => message.id === send.replyId);
  // Purged together with its conversation. The key stays used.
  if (!question || !reply) throw new AppError('NOT_FOUND', 'The message of this idempotencyKey was deleted.');
  return { question, reply, replayed: true };
};
