/**
 * The message of a stream that was opened in the same flight as its mutation, or before: it is waited for, by signal and not by
 * polling, for a stated time, and the caller's right to it is checked when it exists.
 */
import type { Database } from '#kernel/database/database.ts';
import { AppError } from '#kernel/errors.ts';
import type { Identity } from '#kernel/identity.ts';
import type { Signals } from '#kernel/signals/signals.ts';
import { requireMessage } from '../access.ts';
import { messageTopic } from '../changes.ts';
import type { Message } from '../entities.ts';

/** Milliseconds that a message may come after its stream. */
const waitMs = 5_000;

const isNotFound = (fault: unknown): boolean => fault instanceof AppError && fault.code === 'NOT_FOUND';

/** Throws NOT_FOUND when there is no such message after the wait, or it is somebody else's. */
export const awaitMessage = async (
  room: { readonly database: Database; readonly ports: { readonly signals: Signals } },
  identity: Identity,
  messageId: string,
): Promise<Message> => {
  const find = async (): Promise<Message> =>
    (await requireMessage(room.database.forTenant(identity.tenantId), identity, messageId, 'read')).message;
  try {
    return await find();
  } catch (cause) {
    if (!isNotFound(cause)) throw cause;
  }
  const added = Promise.withResolvers<void>();
  const close = await room.ports.signals.subscribe(messageTopic(identity.tenantId, messageId), () => added.resolve());
  const timer = setTimeout(added.resolve, waitMs);
  try {
    // It may have been stored between the look-up and the subscription.
    return await find().catch(async (cause) => {
      if (!isNotFound(cause)) throw cause;
      await added.promise;
      return find();
    });
  } finally {
    clearTimeout(timer);
    await close();
  }
};
