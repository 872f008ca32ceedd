/**
 * Consumes the queue `conversations.results`, in which workers report results, titles, summaries, returned jobs,
 * replies that wait for a person, and jobs that no worker can run. A result that cannot be stored ends its reply with
 * as much of it as can be kept.
 */

import type { Broker, Consumer } from '#kernel/broker/broker.ts';
import { consumeEvents } from '#kernel/broker/consume-events.ts';
import type { StoreWatch } from '#kernel/connections/store-watch.ts';
import type { Logger } from '#kernel/log.ts';
import { storeSummary } from '../summaries/store-summary.ts';
import { endFailedJob, endUnparked } from './end-failed-job.ts';
import { parkReply } from './park-reply.ts';
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
  consumeEvents(
    broker,
    'conversations.results',
    {
      prefetch,
      ...(stores && { stores }),
      salvage: (delivery) =>
        delivery.routingKey === 'reply.parked'
          ? endUnparked({ ...services, broker }, delivery)
          : salvageResult(services, delivery, logger),
    },
    {
      'message.finished': (result) => storeFinished(services, result),
      'conversation.titled': (result) => storeTitle(services, result),
      'conversation.summarised': (result) => storeSummary(services, result),
      'job.returned': (job) => requeueJob(services, job, logger),
      'reply.parked': (parked) => parkReply(services, parked),
      'job.failed': (failed) => endFailedJob({ ...services, broker }, failed),
    },
  );
