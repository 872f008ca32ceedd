/**
 * Each tenant's thresholds, remembered per process: screening stands on the way to the first token and must not ask the database
 * first. Bounded by number of tenants; a change is in force everywhere when its signal arrives, at the latest after the time to live.
 */
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import type { Database } from '#kernel/database/database.ts';
import type { Signals } from '#kernel/signals/signals.ts';
import { ThresholdEntity } from '../entities.ts';
import { defaultThresholds, type Thresholds } from '../screening/categories.ts';

/** Published with `{ tenantId }` after a tenant's thresholds changed. */
export const thresholdsChangedTopic = 'safety.thresholds.changed';
const changedSchema = z.object({ tenantId: z.string() });

const freshForMs = 30_000;
const rememberedTenants = 10_000;

export const readThresholds = async (database: Database, tenantId: string): Promise<Thresholds> => {
  const rows = await database.forTenant(tenantId).find(ThresholdEntity, {});
  const own = rows.map(({ category, flagAt, blockAt }) => [
    category,
    { flagAt: flagAt ?? null, blockAt: blockAt ?? null },
  ]);
  return { ...defaultThresholds, ...Object.fromEntries(own) };
};

export interface TenantThresholds extends AsyncDisposable {
  of(tenantId: string): Promise<Thresholds>;
}

export const openTenantThresholds = async (database: Database, signals: Signals): Promise<TenantThresholds> => {
  const remembered = new LRUCache<string, Thresholds>({
    max: rememberedTenants,
    ttl: freshForMs,
    fetchMethod: (tenantId) => readThresholds(database, tenantId),
  });
  const unsubscribe = await signals.subscribe(thresholdsChangedTopic, (payload) => {
    const changed = changedSchema.safeParse(payload);
    if (changed.success) remembered.delete(changed.data.tenantId);
  });
  return {
    // Undefined when the entry was deleted while it was fetched: what was read may be from before the change.
    of: async (tenantId) => (await remembered.fetch(tenantId)) ?? readThresholds(database, tenantId),
    [Symbol.asyncDispose]: unsubscribe,
  };
};
