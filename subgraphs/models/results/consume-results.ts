/**
 * Consumes the queue `models.results`: announcements of workers, and outcomes of generations. Other processes get a
 * signal only when routing changes. A body that does not parse goes to the dead letters.
 */

import type { MessageFinished } from '#contracts/broker-events.ts';
import { modelsChangedTopic } from '#contracts/routing-signals.ts';
import type { Broker, Consumer, Json } from '#kernel/broker/broker.ts';
import { consumeEvents } from '#kernel/broker/consume-events.ts';
import type { ModelsFile } from '#kernel/catalogue/models-file.ts';
import type { StoreWatch } from '#kernel/connections/store-watch.ts';
import type { Database } from '#kernel/database/database.ts';
import type { Logger } from '#kernel/log.ts';
import type { Signals } from '#kernel/signals/signals.ts';
import type { Catalogue, CatalogueSnapshot } from '../catalogue/catalogue.ts';
import { circuitFor, healthChangedTopic, unknownHealth } from '../catalogue/model-health.ts';
import type { FigureChanges } from '../catalogue/watch-models.ts';
import { recordAnnouncement } from './record-announcement.ts';
import { outcomesOf, recordOutcome } from './record-outcome.ts';

const queue = 'models.results';
/** Concurrent deliveries. Each takes a database connection for a moment. */
const prefetch = 4;

/** The tenant is undefined when the shared circuit changed. */
type ChangedCircuit = { readonly modelId: string; readonly tenantId?: string };

const healthIn = ({ byId }: CatalogueSnapshot, modelId: string) => byId.get(modelId)?.health ?? unknownHealth;

export const consumeResults = (options: {
  readonly broker: Broker;
  readonly signals: Signals;
  readonly database: Database;
  readonly modelsFile: ModelsFile;
  readonly catalogue: Catalogue;
  readonly figureChanges: Pick<FigureChanges, 'announce'>;
  readonly logger: Logger;
  /** The watch of the database. */
  readonly stores?: StoreWatch;
}): Promise<Consumer> => {
  const { broker, signals, database, catalogue, figureChanges, logger } = options;
  /**
   * Signals are hints: a process that misses one refreshes by itself. The result is stored also when Redis is
   * unreachable.
   */
  const signal = (topic: string, payload: Json): Promise<void> =>
    signals.publish(topic, payload).catch((err: unknown) => logger.warn({ err, topic }, 'signal not published'));

  /** The circuits whose state this result changes: shared ones, and those of the message's tenant. */
  const changedBy = async (finished: MessageFinished): Promise<readonly ChangedCircuit[]> => {
    const { tenantId } = finished;
    const before = await catalogue.current();
    const affected: string[] = [];
    for (const outcome of outcomesOf(finished)) {
      const { modelId, failed } = outcome;
      const isKnown = await recordOutcome(database, finished, outcome);
      // A success of a healthy model changes no circuit, so nothing needs to be read for it.
      const isHealthy = circuitFor(healthIn(before, modelId), tenantId) === 'CLOSED';
      if (isKnown && (failed || !isHealthy)) affected.push(modelId);
    }
    if (affected.length === 0) return [];
    const after = await catalogue.refresh();
    return affected.flatMap((modelId): ChangedCircuit[] => {
      const [then, now] = [healthIn(before, modelId), healthIn(after, modelId)];
      if (then.state !== now.state) return [{ modelId }];
      return circuitFor(then, tenantId) === circuitFor(now, tenantId) ? [] : [{ modelId, tenantId }];
    });
  };

  const { stores } = options;
  return consumeEvents(
    broker,
    queue,
    { prefetch, ...(stores && { stores }) },
    {
      async 'worker.announced'(announced) {
        if (await recordAnnouncement(options, announced)) await signal(modelsChangedTopic, null);
        // Keeps the catalogue fresh, so that the first message after a quiet time does not wait for it.
        await catalogue.current();
      },
      async 'message.finished'(finished) {
        const changed = await changedBy(finished);
        figureChanges.announce();
        if (changed.length > 0) await signal(modelsChangedTopic, null);
        for (const one of changed) await signal(healthChangedTopic, one);
      },
    },
  );
};
