/**
 * Consumes the queue `conversations.results`, in which workers report results, titles, returned jobs, and jobs that no
 * worker can run. A result that cannot be stored ends its reply with as much of it as can be kept.
 */

import {
  conversationTitledSchema,
  jobFailedSchema,
  jobReturnedSchema,
  messageFinishedSchema,
} from '#contracts/broker-events.ts';
import type { Broker, Consumer, Json } from '#kernel/broker/broker.ts';
import { UnreadableBodyError } from '#kernel/broker/settle-patiently.ts';
import type { StoreWatch } from '#kernel/connections/store-watch.ts';
import type { Logger } from '#kernel/log.ts';
import { endFailedJob } from './end-failed-job.ts';
import { requeueJob } from './requeue-job.ts';
import { salvageResult } from './salvage-result.ts';
import { type ReplyServices, storeFinished, storeTitle } from './store-result.ts';

/** Results that are stored concurrently. Below the size of the database pool, so that requests get connections. */
const prefetch = 8;

/** @param stores the watch of the database */
export const consumeResults = (
  broker: Broker,
  services: ReplyServices,
  logger: Logger,
  stores?: StoreWatch,
): Promise<Consumer> =>
  broker.consume<Json>(
    'conversations.results',
    {
      prefetch,
      ...(stores && { stores }),
      salvage: (delivery) => salvageResult(services, delivery, logger),
    },
    async ({ body }) => {
      const finished = messageFinishedSchema.safeParse(body);
      if (finished.success) {
        await storeFinished(services, finished.data);
        return 'ack';
      }
      const titled = conversationTitledSchema.safeParse(body);
      if (titled.success) {
        await storeTitle(services, titled.data);
        return 'ack';
      }
      const returned = jobReturnedSchema.safeParse(body);
      if (returned.success) {
        await requeueJob(services, returned.data, logger);
        return 'ack';
      }
      const failed = jobFailedSchema.safeParse(body);
      if (failed.success) {
        await endFailedJob({ ...services, broker }, failed.data);
        return 'ack';
      }
      throw new UnreadableBodyError('not a result', { cause: finished.error });
    },
  );
