/**
 * Takes the queue `models.results`: who serves what, and how generations ended. Other processes hear of it only when routing
 * changes by it. A body that does not parse can never be used and goes to the dead letters.
 */

import type { Broker, Consumer, Json, Settlement } from '#kernel/broker/broker.ts';
import type { ModelsFile } from '#kernel/catalogue/models-file.ts';
import type { Database } from '#kernel/database/database.ts';
import type { Logger } from '#kernel/log.ts';
import { type MessageFinished, messageFinishedSchema, workerAnnouncedSchema } from '#kernel/messages/events.ts';
import { modelsChangedTopic } from '#kernel/messages/routing-signals.ts';
import type { Signals } from '#kernel/signals/signals.ts';
import type { Catalogue } from '../catalogue/catalogue.ts';
import { healthChangedTopic } from '../catalogue/model-health.ts';
import { recordAnnouncement } from './record-announcement.ts';
import { recordOutcome } from './record-outcome.ts';

const queue = 'models.results';
/** Deliveries at once: each takes a connection to the database for a moment. */
const prefetch = 4;

export const consumeResults = (options: {
  readonly broker: Broker;
  readonly signals: Signals;
  readonly database: Database;
  readonly modelsFile: ModelsFile;
  readonly catalogue: Catalogue;
  readonly logger: Logger;
}): Promise<Consumer> => {
  const { broker, signals, database, catalogue, logger } = options;

  const outcomeChanges = async (finished: MessageFinished): Promise<boolean> => {
    const { modelId, status } = finished;
    if (modelId === undefined) return false;
    const before = (await catalogue.current()).byId.get(modelId)?.health.state;
    if (!(await recordOutcome(database, finished))) return false;
    // A success of a model that is well changes no circuit; only the rest is worth a look.
    if (before === 'CLOSED' && status !== 'FAILED') return false;
    return (await catalogue.refresh()).byId.get(modelId)?.health.state !== before;
  };

  return broker.consume<Json>(queue, { prefetch }, async ({ body, id }): Promise<Settlement> => {
    const announced = workerAnnouncedSchema.safeParse(body);
    if (announced.success) {
      if (await recordAnnouncement(options, announced.data)) await signals.publish(modelsChangedTopic, null);
      // Keeps the catalogue warm, so that no message after a quiet time waits for it.
      await catalogue.current();
      return 'ack';
    }
    const finished = messageFinishedSchema.safeParse(body);
    if (!finished.success) {
      logger.error({ id, err: finished.error }, 'a result cannot be read');
      return 'dead';
    }
    if (await outcomeChanges(finished.data)) {
      await signals.publish(modelsChangedTopic, null);
      await signals.publish(healthChangedTopic, { modelId: finished.data.modelId });
    }
    return 'ack';
  });
};
