/**
 * Takes the queue `models.results`: who serves what, and how generations ended. Other processes hear of it only when routing
 * changes by it. A body that does not parse can never be used and goes to the dead letters.
 */

import type { Broker, Consumer, Json } from '#kernel/broker/broker.ts';
import { UnreadableBodyError } from '#kernel/broker/settle-patiently.ts';
import type { ModelsFile } from '#kernel/catalogue/models-file.ts';
import type { StoreWatch } from '#kernel/connections/store-watch.ts';
import type { Database } from '#kernel/database/database.ts';
import type { Logger } from '#kernel/log.ts';
import { type MessageFinished, messageFinishedSchema, workerAnnouncedSchema } from '#kernel/messages/events.ts';
import { modelsChangedTopic } from '#kernel/messages/routing-signals.ts';
import type { Signals } from '#kernel/signals/signals.ts';
import type { Catalogue, CatalogueSnapshot } from '../catalogue/catalogue.ts';
import { circuitFor, healthChangedTopic, unknownHealth } from '../catalogue/model-health.ts';
import { recordAnnouncement } from './record-announcement.ts';
import { outcomesOf, recordOutcome } from './record-outcome.ts';

const queue = 'models.results';
/** Deliveries at once: each takes a connection to the database for a moment. */
const prefetch = 4;

/** Without a tenant: for all of them. */
type ChangedCircuit = { readonly modelId: string; readonly tenantId?: string };

const healthIn = ({ byId }: CatalogueSnapshot, modelId: string) => byId.get(modelId)?.health ?? unknownHealth;

export const consumeResults = (options: {
  readonly broker: Broker;
  readonly signals: Signals;
  readonly database: Database;
  readonly modelsFile: ModelsFile;
  readonly catalogue: Catalogue;
  readonly logger: Logger;
  /** Watches the database. */
  readonly stores?: StoreWatch;
}): Promise<Consumer> => {
  const { broker, signals, database, catalogue, logger } = options;
  /** Hints: those who miss one look by themselves. Redis may be away and the result is stored. */
  const signal = (topic: string, payload: Json): Promise<void> =>
    signals.publish(topic, payload).catch((err: unknown) => logger.warn({ err, topic }, 'a signal is lost'));

  /** Models whose circuit has another state by it: for all tenants, or for that of the message alone. */
  const changedBy = async (finished: MessageFinished): Promise<readonly ChangedCircuit[]> => {
    const { tenantId } = finished;
    const before = await catalogue.current();
    const worthALook: string[] = [];
    for (const outcome of outcomesOf(finished)) {
      const { modelId, failed } = outcome;
      const isKnown = await recordOutcome(database, finished, outcome);
      // A success of a model that is well changes no circuit; only the rest is worth a look.
      const isWell = circuitFor(healthIn(before, modelId), tenantId) === 'CLOSED';
      if (isKnown && (failed || !isWell)) worthALook.push(modelId);
    }
    if (worthALook.length === 0) return [];
    const after = await catalogue.refresh();
    return worthALook.flatMap((modelId): ChangedCircuit[] => {
      const [then, now] = [healthIn(before, modelId), healthIn(after, modelId)];
      if (then.state !== now.state) return [{ modelId }];
      return circuitFor(then, tenantId) === circuitFor(now, tenantId) ? [] : [{ modelId, tenantId }];
    });
  };

  const { stores } = options;
  return broker.consume<Json>(queue, { prefetch, ...(stores && { stores }) }, async ({ body }) => {
    const announced = workerAnnouncedSchema.safeParse(body);
    if (announced.success) {
      if (await recordAnnouncement(options, announced.data)) await signal(modelsChangedTopic, null);
      // Keeps the catalogue warm, so that no message after a quiet time waits for it.
      await catalogue.current();
      return 'ack';
    }
    const finished = messageFinishedSchema.safeParse(body);
    if (!finished.success) throw new UnreadableBodyError('not a result', { cause: finished.error });
    const changed = await changedBy(finished.data);
    if (changed.length > 0) await signal(modelsChangedTopic, null);
    for (const one of changed) await signal(healthChangedTopic, one);
    return 'ack';
  });
};
