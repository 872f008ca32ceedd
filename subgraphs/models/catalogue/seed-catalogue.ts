/**
 * Brings the catalogue up to date with the models file at the start of a process. Invariant: what an operator changed
 * by mutation stays as it is. The file changes only rows that came from a file or a worker, and adds a price only where
 * it differs from the last one that did not come from an operator. Safe to run in several processes at once.
 */
import type { EntityManager } from '@mikro-orm/sql';
import { Decimal } from 'decimal.js';
import type { CatalogueModel, ModelsFile } from '#kernel/catalogue/models-file.ts';
import type { Database } from '#kernel/database/database.ts';
import { ModelEntity, type ModelRow, PriceEntity, type PriceRow } from '../entities.ts';

/** Advisory lock that is held while seeding: "mods" in ASCII, which nothing else uses. */
const seedLock = 0x6d6f6473;

/** Position of models that the file does not list: after all that it lists. */
export const positionOfOthers = 1_000_000;

/** The price of each model that is in force in the database at this moment. */
export const currentPrices = async (
  em: EntityManager,
  modelIds: readonly string[],
  now = new Date(),
): Promise<Map<string, PriceRow>> => {
  const rows = await em.find(
    PriceEntity,
    { modelId: { $in: [...modelIds] }, effectiveFrom: { $lte: now } },
    { orderBy: { effectiveFrom: 'asc' } },
  );
  return new Map(rows.map((row) => [row.modelId, row]));
};

/** For each model, the prices that begin later, the next one first. */
export const pricesAfter = async (em: EntityManager, now: Date): Promise<Map<string, PriceRow[]>> =>
  Map.groupBy(
    await em.find(PriceEntity, { effectiveFrom: { $gt: now } }, { orderBy: { effectiveFrom: 'asc' } }),
    ({ modelId }) => modelId,
  );

export const samePrice = (
  one: Pick<PriceRow, 'input' | 'cachedInput' | 'cacheWrite' | 'output'>,
  other: Pick<PriceRow, 'input' | 'cachedInput' | 'output'> & { readonly cacheWrite?: string | null | undefined },
): boolean =>
  new Decimal(one.input).eq(other.input) &&
  new Decimal(one.cachedInput).eq(other.cachedInput) &&
  new Decimal(one.cacheWrite ?? one.input).eq(other.cacheWrite ?? other.input) &&
  new Decimal(one.output).eq(other.output);

/**
 * Writes models with the terms of the models file, in the transaction of `em`.
 * @returns whether a model or a price was added
 */
export const writeFileModels = async (
  em: EntityManager,
  models: readonly { readonly model: CatalogueModel; readonly position: number }[],
  source: 'FILE' | 'DISCOVERED',
): Promise<boolean> => {
  const ids = models.map(({ model }) => model.id);
  const known = new Map((await em.find(ModelEntity, { id: { $in: ids } })).map((row) => [row.id, row]));
  const prices = await currentPrices(em, ids);
  let changed = false;
  for (const { model, position } of models) {
    const { id, displayName, provider, pool, contextWindow, maxOutputTokens, capabilities, tiers } = model;
    const terms: Omit<ModelRow, 'id' | 'enabled' | 'createdAt' | 'updatedAt'> = {
      displayName,
      provider,
      pool,
      contextWindow,
      maxOutputTokens,
      capabilities,
      tiers,
      position,
      source,
    };
    const row = known.get(id);
    if (!row) {
      em.create(ModelEntity, { id, ...terms });
      changed = true;
    } else if (row.source !== 'OPERATOR') {
      em.assign(row, terms);
    }
  }
  // Prices refer to models, so models come first.
  await em.flush();
  for (const { model } of models) {
    const price = prices.get(model.id);
    if (!price || (price.source !== 'OPERATOR' && !samePrice(price, model.price))) {
      em.create(PriceEntity, { modelId: model.id, effectiveFrom: new Date(), ...model.price, source });
      changed = true;
    }
  }
  await em.flush();
  return changed;
};

export const seedCatalogue = async (database: Database, file: ModelsFile): Promise<void> => {
  await database.asSystem(async (em) => {
    await em.execute(`select pg_advisory_xact_lock(${seedLock})`);
    const models = file.models.map((model, position) => ({ model, position }));
    await writeFileModels(em, models, 'FILE');
  });
};
