/**
 * Stops a generation: the wish is stored in the row and in the stream log, where the worker learns it with its next append. An answer
 * that still waits in its conversation has no worker; it is ended here. Invariant: a wish that is stored is kept, whatever cannot be reached:
 * it is repeated until the log has it, and a waiting reply takes it along when it is dispatched.
 */
import type { Database } from '#kernel/database/database.ts';
import type { Identity } from '#kernel/identity.ts';
import type { Logger } from '#kernel/log.ts';
import type { Ports } from '#kernel/ports.ts';
import { requireMessage } from '../access.ts';
import { inFlightStatuses, logIdOf, type Message } from '../entities.ts';
import { endWithoutWorker } from '../results/end-without-worker.ts';
import { readMessage } from '../streams/in-flight.ts';
import type { RepeatedStops } from './repeat-stops.ts';

/** Throws NOT_FOUND. Returns the message as it is after the wish was recorded. */
export const stopGeneration = async (
  services: {
    readonly database: Database;
    readonly ports: Pick<Ports, 'streamLog' | 'broker'>;
    readonly stops: Pick<RepeatedStops, 'soon'>;
    readonly logger: Logger;
  },
  identity: Identity,
  messageId: string,
): Promise<Message> => {
  const { database, ports, stops, logger } = services;
  const message = await database.forTenant(identity.tenantId).transactional(async (em) => {
    const found = await requireMessage(em, identity, messageId, 'write');
    if (inFlightStatuses.includes(found.message.status)) found.message.stopRequestedAt ??= new Date();
    return found.message;
  });
  if (!inFlightStatuses.includes(message.status)) return message;
  try {
    if (message.dispatchedAt) await ports.streamLog.requestStop(logIdOf(message));
    else await endWithoutWorker(ports, message, { status: 'CANCELLED', finishReason: 'CANCELLED' });
  } catch (err) {
    logger.warn({ err, messageId }, 'a wish to stop is kept, and repeated until its log has it');
    stops.soon();
  }
  // The wish is kept whatever can be read.
  return readMessage(ports.streamLog, message).catch(() => message);
};
