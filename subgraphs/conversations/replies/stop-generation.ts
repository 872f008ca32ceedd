/**
 * Stops a generation. The stop request is stored in the row and in the stream log, where the worker sees it with its
 * next append. A reply that still waits in its conversation has no worker, so it is ended here; one
 * that waits for a person goes to a worker, which ends and bills it. Invariant: a stored
 * stop request takes effect although a store is unreachable: it is repeated until the log has it, and the job of a
 * waiting reply carries it.
 */

import type { Identity } from '#contracts/identity.ts';
import type { Broker } from '#kernel/broker/broker.ts';
import type { Database } from '#kernel/database/database.ts';
import type { Logger } from '#kernel/log.ts';
import type { OutboxRelay } from '#kernel/outbox/relay.ts';
import type { StreamLog } from '#kernel/stream-log/stream-log.ts';
import { requireMessage } from '../conversations/access.ts';
import { inFlightStatuses, logIdOf, type Message } from '../entities.ts';
import { currentMessage } from './current-message.ts';
import { endWithoutWorker } from './end-without-worker.ts';
import { resumeStopped } from './park-reply.ts';
import type { RepeatedStops } from './repeat-stops.ts';

export interface StopServices {
  readonly database: Database;
  readonly streamLog: StreamLog;
  readonly broker: Broker;
  readonly relay: OutboxRelay;
  readonly stops: Pick<RepeatedStops, 'soon'>;
  readonly logger: Logger;
}

/** Takes the stop request that is stored in the row of a running reply to the reply. Rejects while a store is away. */
export const stopReply = async (
  { streamLog, broker }: Pick<StopServices, 'streamLog' | 'broker'>,
  reply: Message,
): Promise<void> => {
  if (reply.dispatchedAt) await streamLog.requestStop(logIdOf(reply));
  else await endWithoutWorker({ streamLog, broker }, reply, { status: 'CANCELLED', finishReason: 'CANCELLED' });
};

type RepeatServices = Pick<StopServices, 'stops' | 'logger'>;

/** Notes what failed, so that it is repeated. */
const repeatLater =
  ({ stops, logger }: RepeatServices) =>
  (err: unknown): void => {
    logger.warn({ err }, 'stop request not in the log yet: it is stored and repeated until it is');
    stops.soon();
  };

/**
 * Takes stop requests that are stored in the rows to the replies themselves. Never rejects: what fails is repeated.
 * @param replies in flight
 */
export const stopReplies = async (services: StopServices, replies: readonly Message[]): Promise<void> => {
  if (replies.length === 0) return;
  const repeat = repeatLater(services);
  await Promise.all(replies.map((reply) => stopReply(services, reply).catch(repeat)));
  const which = { $or: replies.map(({ tenantId, id }) => ({ tenantId, id })) };
  await resumeStopped(services, which).catch(repeat);
};

/** Likewise for dispatched replies, of which the log ids are known. */
export const interruptReplies = async (
  services: Omit<StopServices, 'broker'>,
  tenantId: string,
  logIds: readonly string[],
): Promise<void> => {
  if (logIds.length === 0) return;
  const { streamLog } = services;
  const repeat = repeatLater(services);
  await Promise.all(logIds.map((id) => streamLog.requestStop(id).catch(repeat)));
  const named = { $in: [...logIds] };
  await resumeStopped(services, { tenantId, $or: [{ logId: named }, { logId: null, id: named }] }).catch(repeat);
};

/** Throws NOT_FOUND. Returns the message as it is once the stop request is stored. */
export const stopGeneration = async (
  services: StopServices,
  identity: Identity,
  messageId: string,
): Promise<Message> => {
  const { database, streamLog } = services;
  const message = await database.forTenant(identity.tenantId).transactional(async (em) => {
    const found = await requireMessage(em, identity, messageId, 'write');
    if (inFlightStatuses.includes(found.message.status)) found.message.stopRequestedAt ??= new Date();
    return found.message;
  });
  if (!inFlightStatuses.includes(message.status)) return message;
  await stopReplies(services, [message]);
  // The stop request is stored, so an unreadable log is no failure.
  return currentMessage(streamLog, message).catch(() => message);
};
