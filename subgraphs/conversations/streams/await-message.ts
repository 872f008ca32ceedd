/**
 * The message of a stream that was opened in the same flight as its mutation, or before: it is waited for, by signal and not by
 * polling, for a stated time, and the caller's right to it is checked when it exists.
 */
import { z } from 'zod';
import { callFunction } from '#kernel/database/call-function.ts';
import type { Database } from '#kernel/database/database.ts';
import type { Identity } from '#kernel/identity.ts';
import type { Signals } from '#kernel/signals/signals.ts';
import { messageNotFound } from '../access.ts';
import { messageTopic } from '../changes.ts';
import { type Message, MessageEntity } from '../entities.ts';

/** Milliseconds that a message may come after its stream. */
const waitMs = 5_000;

/** Milliseconds of age up to which a message may be still on its way. */
const youngMs = 30_000;

/** By the time in its id, which a client's clock may have got wrong: it decides what is looked at first, and nothing else. */
const isYoung = (messageId: string): boolean =>
  Math.abs(Date.now() - Number.parseInt(messageId.replaceAll('-', '').slice(0, 12), 16)) < youngMs;

/** All columns but the search vector. */
const columns = `
  id, tenant_id, conversation_id, parent_id, branch_id, depth, path_length, role, content, status, finish_reason, failure,
  model_id, generation, tool_calls, dispatched_at, stop_requested_at, log_id, last_seq, created_at, completed_at`;
const rowsSchema = z.array(z.record(z.string(), z.unknown()));

/** Throws NOT_FOUND when there is no such message after the wait, or it is somebody else's. */
export const awaitMessage = async (
  services: { readonly database: Database; readonly ports: { readonly signals: Signals } },
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
  const close = await services.ports.signals.subscribe(messageTopic(tenantId, messageId), () => added.resolve());
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
