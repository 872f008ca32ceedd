/**
 * The catalogue in memory: what routing and the Model type read, so that neither costs a statement per request.
 * Invariant: what `current` gives is at most `staleAfterMs` old when it is asked for often, and never older than
 * `tooOldAfterMs`; a signal makes it newer sooner. A worker that stopped announcing counts as gone at its time, not at
 * the next refresh; a price that was set for later is in force from its moment on, which is signalled to those who
 * remember routes.
 */

import type { CatalogueProvider, ModelsFile } from '#kernel/catalogue/models-file.ts';
import type { Database } from '#kernel/database/database.ts';
import type { Logger } from '#kernel/log.ts';
import { announceEveryMs, announcementTtlMs } from '#kernel/messages/events.ts';
import { modelsChangedTopic } from '#kernel/messages/routing-signals.ts';
import type { Signals } from '#kernel/signals/signals.ts';
import { InstanceEntity, ModelEntity, type ModelRow, type PriceRow } from '../entities.ts';
import { type ModelHealth, readHealth, unknownHealth } from './model-health.ts';
import { currentPrices, pricesAfter } from './seed-catalogue.ts';

/** Milliseconds after which a read starts a refresh beside it. */
const staleAfterMs = 5_000;
/** Milliseconds after which a read waits for the refresh: never while workers announce themselves, for that reads too. */
const tooOldAfterMs = 2 * announceEveryMs;
/** Milliseconds for which a timer is set at most; those of Node hold 24 days. */
const longestTimerMs = 3_600_000;

type Price = Pick<PriceRow, 'input' | 'cachedInput' | 'output' | 'effectiveFrom'>;

export interface ListedModel
  extends Pick<
    ModelRow,
    | 'id'
    | 'displayName'
    | 'pool'
    | 'contextWindow'
    | 'maxOutputTokens'
    | 'capabilities'
    | 'tiers'
    | 'enabled'
    | 'createdAt'
    | 'updatedAt'
  > {
  readonly provider: Pick<CatalogueProvider, 'name' | 'displayName' | 'kind'>;
  readonly price: Price;
  /** Prices that were set for later, the next one first. */
  readonly laterPrices: readonly Price[];
  readonly health: ModelHealth;
  /** Milliseconds since the epoch until which each worker that announced it counts as live. */
  readonly workersLiveUntil: readonly number[];
}

export interface CatalogueSnapshot {
  /** In the platform's order of preference: the file's, then what was added, the demonstration last. */
  readonly models: readonly ListedModel[];
  readonly byId: ReadonlyMap<string, ListedModel>;
  /** Milliseconds since the epoch at which a price of it changes: infinite where none was set for later. */
  readonly nextPriceAt: number;
}

const snapshotOf = (models: readonly ListedModel[]): CatalogueSnapshot => ({
  models,
  byId: new Map(models.map((model) => [model.id, model])),
  nextPriceAt: models.reduce(
    (next, { laterPrices: [later] }) => Math.min(next, later?.effectiveFrom.getTime() ?? next),
    Number.POSITIVE_INFINITY,
  ),
});

/** Workers that serve the model at a moment. */
export const liveWorkers = (model: ListedModel, now: number): number =>
  model.workersLiveUntil.filter((until) => until > now).length;

export interface Catalogue extends AsyncDisposable {
  current(): Promise<CatalogueSnapshot>;
  /** What is in the database from now on; for those who just wrote it. */
  refresh(): Promise<CatalogueSnapshot>;
}

const readSnapshot = async (database: Database, file: ModelsFile): Promise<CatalogueSnapshot> => {
  const { rows, prices, laterPrices, instances, health } = await database.asSystem(async (em) => {
    const rows = await em.find(ModelEntity, {}, { orderBy: { position: 'asc', id: 'asc' } });
    const ids = rows.map(({ id }) => id);
    const now = new Date();
    return {
      rows,
      prices: await currentPrices(em, ids, now),
      laterPrices: await pricesAfter(em, now),
      instances: await em.find(InstanceEntity, { seenAt: { $gt: new Date(Date.now() - announcementTtlMs) } }),
      health: await readHealth(em),
    };
  });
  const liveUntil = Map.groupBy(instances, ({ modelId }) => modelId);
  const providers = new Map(file.providers.map((provider) => [provider.name, provider]));
  const models = rows.flatMap((row): ListedModel[] => {
    const price = prices.get(row.id);
    const provider = providers.get(row.provider);
    // A provider that left the file cannot be reached by any worker.
    if (!price || !provider) return [];
    const { id, displayName, pool, contextWindow, maxOutputTokens, capabilities, tiers, enabled } = row;
    return [
      {
        id,
        displayName,
        pool,
        contextWindow,
        maxOutputTokens,
        capabilities,
        tiers,
        enabled,
        createdAt: row.createdAt,
        updatedAt: row.updatedAt,
        provider,
        price,
        laterPrices: laterPrices.get(id) ?? [],
        health: health.get(id) ?? unknownHealth,
        workersLiveUntil: (liveUntil.get(id) ?? []).map(({ seenAt }) => seenAt.getTime() + announcementTtlMs),
      },
    ];
  });
  const isDemonstration = ({ provider }: ListedModel): boolean => provider.kind === 'demonstration';
  const ordered = [...models.filter((model) => !isDemonstration(model)), ...models.filter(isDemonstration)];
  return snapshotOf(ordered);
};

/** The same catalogue at a later moment. */
const atPricesOf = ({ models }: CatalogueSnapshot, now: number): CatalogueSnapshot =>
  snapshotOf(
    models.map((model): ListedModel => {
      const later = model.laterPrices.filter(({ effectiveFrom }) => effectiveFrom.getTime() > now);
      const begun = model.laterPrices[model.laterPrices.length - later.length - 1];
      return begun === undefined ? model : { ...model, price: begun, laterPrices: later };
    }),
  );

/** Resolves with a first snapshot read. */
export const openCatalogue = async (options: {
  readonly database: Database;
  readonly modelsFile: ModelsFile;
  readonly signals: Signals;
  readonly logger: Logger;
}): Promise<Catalogue> => {
  let snapshot: CatalogueSnapshot;
  let readAt = 0;
  let running: Promise<CatalogueSnapshot> | undefined;
  let next: Promise<CatalogueSnapshot> | undefined;
  let priceTimer: NodeJS.Timeout | undefined;
  let closed = false;

  /** Has the next price begin at its moment. */
  const awaitPrice = (): void => {
    clearTimeout(priceTimer);
    const at = snapshot.nextPriceAt;
    if (closed || at === Number.POSITIVE_INFINITY) return;
    priceTimer = setTimeout(beginPrices, Math.min(longestTimerMs, Math.max(0, at - Date.now()))).unref();
  };
  const beginPrices = (): void => {
    if (snapshot.nextPriceAt <= Date.now()) {
      snapshot = atPricesOf(snapshot, Date.now());
      options.signals.publish(modelsChangedTopic, null).catch(logFailure);
    }
    awaitPrice();
  };
  const read = async (): Promise<CatalogueSnapshot> => {
    const startedAt = Date.now();
    const fresh = await readSnapshot(options.database, options.modelsFile);
    snapshot = fresh;
    readAt = startedAt;
    awaitPrice();
    return fresh;
  };
  const start = (): Promise<CatalogueSnapshot> => {
    running = read().finally(() => {
      running = undefined;
    });
    return running;
  };
  /** A read that began before the caller asked may miss what he wrote: then one more follows it, for all who wait. */
  const refresh = (): Promise<CatalogueSnapshot> => {
    if (!running) return start();
    next ??= running
      .catch(() => undefined)
      .then(() => {
        next = undefined;
        return start();
      });
    return next;
  };
  const logFailure = (err: unknown): void => options.logger.warn({ err }, 'the catalogue could not be read again');

  snapshot = await start();
  const unsubscribe = await options.signals.subscribe(modelsChangedTopic, () => {
    refresh().catch(logFailure);
  });
  return {
    async current() {
      if (snapshot.nextPriceAt <= Date.now()) beginPrices();
      const age = Date.now() - readAt;
      if (age < staleAfterMs) return snapshot;
      const fresh = running ?? start();
      if (age > tooOldAfterMs) return fresh;
      fresh.catch(logFailure);
      return snapshot;
    },
    refresh,
    async [Symbol.asyncDispose]() {
      closed = true;
      clearTimeout(priceTimer);
      await unsubscribe();
      await Promise.allSettled([running, next]);
    },
  };
};
