/** Ends the reply of a job that no worker can run, like any other end: in the log, in the table and in the ledger. */

import type { JobFailed } from '#contracts/broker-events.ts';
import type { Broker } from '#kernel/broker/broker.ts';
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
