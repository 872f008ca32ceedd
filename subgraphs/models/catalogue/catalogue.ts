/**
 * The catalogue in memory, which routing and the type Model read without a statement for each request. Invariant: under
 * steady use `current` returns what is at most `staleAfterMs` old, and it never returns what is older than
 * `tooOldAfterMs`; a signal refreshes it sooner. A worker that stopped announcing itself counts as gone at its time,
 * not only at the next refresh. A price that was set for later is in force from its moment on, which is then signalled
 * to processes that remember routes.
 */

import { announceEveryMs, announcementTtlMs } from '#contracts/broker-events.ts';
import { modelsChangedTopic } from '#contracts/routing-signals.ts';
import type { CatalogueProvider, ModelsFile } from '#kernel/catalogue/models-file.ts';
import type { Database } from '#kernel/database/database.ts';
import type { Logger } from '#kernel/log.ts';
import type { Signals } from '#kernel/signals/signals.ts';
import { InstanceEntity, ModelEntity, type ModelRow, type PriceRow } from '../entities.ts';
import { type ModelHealth, readHealth, unknownHealth } from './model-health.ts';
import { type PoolPaces, readPoolPaces } from './pool-pace.ts';
import { currentPrices, pricesAfter } from './seed-catalogue.ts';

/** Milliseconds after which a read also starts a refresh. */
const staleAfterMs = 5_000;
/**
 * Milliseconds after which a read waits for the refresh. That never happens while workers announce themselves, because
 * each announcement refreshes too.
 */
const tooOldAfterMs = 2 * announceEveryMs;
/** Most milliseconds of one timer. Those of Node cannot exceed 24 days. */
const longestTimerMs = 3_600_000;

type Price = Pick<PriceRow, 'input' | 'cachedInput' | 'cacheWrite' | 'output' | 'effectiveFrom'>;

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
  /** Prices that begin later, the next one first. */
  readonly laterPrices: readonly Price[];
  readonly health: ModelHealth;
  /** For each worker that serves the model, the milliseconds since the epoch until which it counts as live. */
  readonly workersLiveUntil: readonly number[];
}

export interface CatalogueSnapshot {
  /** In the platform's order of preference: models of the file, then added ones, the demonstration last. */
  readonly models: readonly ListedModel[];
  readonly byId: ReadonlyMap<string, ListedModel>;
  readonly paces: PoolPaces;
  /** Milliseconds since the epoch at which the next price begins; infinite if none was set for later. */
  readonly nextPriceAt: number;
}

const snapshotOf = (models: readonly ListedModel[], paces: PoolPaces): CatalogueSnapshot => ({
  models,
  paces,
  byId: new Map(models.map((model) => [model.id, model])),
  nextPriceAt: models.reduce(
    (next, { laterPrices: [later] }) => Math.min(next, later?.effectiveFrom.getTime() ?? next),
    Number.POSITIVE_INFINITY,
  ),
});

/** The number of workers that serve the model at this moment. */
export const liveWorkers = (model: ListedModel, now: number): number =>
  model.workersLiveUntil.filter((until) => until > now).length;

/** Leaves out models that are disabled or that no worker serves now, if only usable ones are wanted. */
export const listModels = ({ models }: CatalogueSnapshot, { onlyUsable }: { readonly onlyUsable: boolean }) =>
  onlyUsable ? models.filter((model) => model.enabled && liveWorkers(model, Date.now()) > 0) : [...models];

export interface Catalogue extends AsyncDisposable {
  current(): Promise<CatalogueSnapshot>;
  /** Reads the database again. Call after a write to see it. */
  refresh(): Promise<CatalogueSnapshot>;
}

const readSnapshot = async (database: Database, file: ModelsFile): Promise<CatalogueSnapshot> => {
  const { rows, prices, laterPrices, instances, health, paces } = await database.asSystem(async (em) => {
    const rows = await em.find(ModelEntity, {}, { orderBy: { position: 'asc', id: 'asc' } });
    const ids = rows.map(({ id }) => id);
    const now = new Date();
    return {
      rows,
      prices: await currentPrices(em, ids, now),
      laterPrices: await pricesAfter(em, now),
      instances: await em.find(InstanceEntity, { seenAt: { $gt: new Date(Date.now() - announcementTtlMs) } }),
      health: await readHealth(em),
      paces: await readPoolPaces(em),
    };
  });
  const liveUntil = Map.groupBy(instances, ({ modelId }) => modelId);
  const providers = new Map(file.providers.map((provider) => [provider.name, provider]));
  const models = rows.flatMap((row): ListedModel[] => {
    const price = prices.get(row.id);
    const provider = providers.get(row.provider);
    // Workers cannot reach a provider that is not in the file any more.
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
  return snapshotOf(ordered, paces);
};

/** The same catalogue with the prices of a later moment. */
const atPricesOf = ({ models, paces }: CatalogueSnapshot, now: number): CatalogueSnapshot =>
  snapshotOf(
    models.map((model): ListedModel => {
      const later = model.laterPrices.filter(({ effectiveFrom }) => effectiveFrom.getTime() > now);
      const begun = model.laterPrices[model.laterPrices.length - later.length - 1];
      return begun === undefined ? model : { ...model, price: begun, laterPrices: later };
    }),
    paces,
  );

/** Resolves once the first snapshot is read. */
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

  /** Makes the next price begin at its moment. */
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
  /** A read that began before this call may miss the caller's write, so one more read follows it, for all callers. */
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
  const logFailure = (err: unknown): void => options.logger.warn({ err }, 'catalogue not refreshed');

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
