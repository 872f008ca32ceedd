/**
 * Ends the reply of a job that no worker can run, or that cannot be kept while it waits for a person, like any other
 * end: in the log, in the table and in the ledger.
 */
import { z } from 'zod';

import type { JobFailed } from '#contracts/broker-events.ts';
import type { Broker, Delivery, Json } from '#kernel/broker/broker.ts';
import type { Database } from '#kernel/database/database.ts';
import type { StreamLog } from '#kernel/stream-log/stream-log.ts';
import { inFlightStatuses, MessageEntity } from '../entities.ts';
import { endWithoutWorker } from './end-without-worker.ts';

export const endFailedJob = async (
  services: { readonly database: Database; readonly broker: Broker; readonly streamLog: StreamLog },
  { messageId, tenantId, failure }: JobFailed,
): Promise<void> => {
  const message = await services.database.asSystem((em) => em.findOne(MessageEntity, { id: messageId, tenantId }));
  if (!message || !inFlightStatuses.includes(message.status)) return;
  await endWithoutWorker(services, message, { status: 'FAILED', finishReason: 'ERROR', failure });
};

const namedSchema = z.object({ tenantId: z.uuid(), conversationId: z.uuid(), messageId: z.uuid() });

/** Ends the reply of a `reply.parked` that cannot be stored. */
export const endUnparked = async (
  services: Parameters<typeof endFailedJob>[0],
  { body }: Delivery<Json>,
): Promise<void> => {
  const named = namedSchema.safeParse(body);
  if (!named.success) return;
  const failure = { code: 'WORKER_LOST', message: 'The reply was lost on its way. Ask again.', retryable: true };
  await endFailedJob(services, { ...named.data, failure });
};
