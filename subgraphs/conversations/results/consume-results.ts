/** Takes what workers report from the queue `conversations.results`: results, which it stores, and jobs that they returned. An unknown body is dead-lettered. */
import type { Broker, Consumer, Json, Settlement } from '#kernel/broker/broker.ts';
import type { Logger } from '#kernel/log.ts';
import { conversationTitledSchema, jobReturnedSchema, messageFinishedSchema } from '#kernel/messages/events.ts';
import { type ResultServices, storeFinished, storeTitle } from './store-result.ts';
import { takeBackJob } from './take-back-job.ts';

/** Results stored at once: below the database pool, so that requests keep theirs. */
const prefetch = 8;

export const consumeResults = (broker: Broker, services: ResultServices, logger: Logger): Promise<Consumer> =>
  broker.consume<Json>('conversations.results', { prefetch }, async ({ id, body }): Promise<Settlement> => {
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
    logger.error({ id, err: finished.error }, 'result not understood');
    return 'dead';
  });
