/**
 * Finds the message of a stream, which a client may open before its mutation has stored the message. Waits for a
 * missing message by signal, without polling, up to a time limit. Checks that the caller may read the message once it
 * exists.
 */
import { z } from 'zod';
import type { Identity } from '#contracts/identity.ts';
import { callFunction } from '#kernel/database/call-function.ts';
import type { Database } from '#kernel/database/database.ts';
import type { Signals } from '#kernel/signals/signals.ts';
import { messageNotFound } from '../conversations/access.ts';
import { messageTopic } from '../conversations/change-feed.ts';
import { type Message, MessageEntity } from '../entities.ts';

/** Milliseconds that a stream waits for its message. */
const waitMs = 5_000;

/** Milliseconds of age up to which a message may not be stored yet. */
const youngMs = 30_000;

/**
 * Judges by the time in the id. A client's clock may be wrong, so this decides only whether to look before the signal
 * is subscribed to.
 */
const isYoung = (messageId: string): boolean =>
  Math.abs(Date.now() - Number.parseInt(messageId.replaceAll('-', '').slice(0, 12), 16)) < youngMs;

/** All columns except the search vector. */
const columns = `
  id, tenant_id, conversation_id, parent_id, branch_id, depth, path_length, role, content, status, finish_reason, failure,
  model_id, generation, tool_calls, reasoning, dispatched_at, stop_requested_at, log_id, last_seq, created_at,
  completed_at`;
const rowsSchema = z.array(z.record(z.string(), z.unknown()));

export interface AwaitServices {
  readonly database: Database;
  readonly signals: Signals;
}

/** Throws NOT_FOUND when there is no such message after the wait, or the caller may not read it. */
export const awaitMessage = async (
  services: AwaitServices,
  identity: Identity,
  messageId: string,
): Promise<Message> => {
  const { tenantId, userId, roles } = identity;
  const find = async (): Promise<Message | undefined> => {
    const parameters = {
      a_tenant: tenantId,
      a_message: messageId,
      a_reader: roles.includes('ADMIN') ? null : userId,
    };
    const call = { name: 'conversations.find_message', parameters, columns };
    const [row] = rowsSchema.parse(await callFunction(services.database, call));
    return row && services.database.forTenant(tenantId).map(MessageEntity, row);
  };
  if (!isYoung(messageId)) {
    const found = await find();
    if (found) return found;
  }
  const added = Promise.withResolvers<void>();
  const close = await services.signals.subscribe(messageTopic(tenantId, messageId), () => added.resolve());
  const timer = setTimeout(added.resolve, waitMs);
  try {
    let message = await find();
    if (!message) {
      await added.promise;
      message = await find();
    }
    if (!message) throw messageNotFound();
    return message;
  } finally {
    clearTimeout(timer);
    await close();
  }
};
