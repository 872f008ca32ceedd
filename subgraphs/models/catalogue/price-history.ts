/** The prices of models, past, present and to come: one statement for the models of a request. */
import DataLoader from 'dataloader';
import type { Database } from '#kernel/database/database.ts';
import { PriceEntity, type PriceRow } from '../entities.ts';

/** The prices of a model by its id, the latest first. */
export type PriceHistory = DataLoader<string, readonly PriceRow[]>;

/** Prices of one model that are shown. */
const shownPrices = 100;

export const createPriceHistory = (database: Database, tenantId: string): PriceHistory =>
  new DataLoader(async (modelIds) => {
    const rows = await database
      .forTenant(tenantId)
      .find(PriceEntity, { modelId: { $in: [...modelIds] } }, { orderBy: { effectiveFrom: 'desc' } });
    const byModel = Map.groupBy(rows, ({ modelId }) => modelId);
    return modelIds.map((id) => byModel.get(id)?.slice(0, shownPrices) ?? []);
  });
