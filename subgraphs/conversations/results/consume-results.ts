/**
 * Takes what workers report from the queue `conversations.results`: results, which it stores, jobs that they returned,
 * and jobs that none can run. What cannot be stored ends its reply with what can be kept.
 */
import type { Broker, Consumer, Json } from '#kernel/broker/broker.ts';
import { UnreadableBodyError } from '#kernel/broker/settle-patiently.ts';
import type { StoreWatch } from '#kernel/connections/store-watch.ts';
import type { Logger } from '#kernel/log.ts';
import {
  conversationTitledSchema,
  jobFailedSchema,
  jobReturnedSchema,
  messageFinishedSchema,
} from '#kernel/messages/events.ts';
import { endFailedJob } from './end-failed-job.ts';
import { salvageResult } from './salvage-result.ts';
import { type ResultServices, storeFinished, storeTitle } from './store-result.ts';
import { takeBackJob } from './take-back-job.ts';

/** Results stored at once: below the database pool, so that requests keep theirs. */
const prefetch = 8;

/** @param stores watches the database. */
export const consumeResults = (
  broker: Broker,
  services: ResultServices,
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
        await takeBackJob(services, returned.data, logger);
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
