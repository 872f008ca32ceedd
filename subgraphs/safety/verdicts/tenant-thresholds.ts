/**
 * The thresholds of each tenant. Each process remembers them, because screening delays the first token and must not
 * query the database first. Bounded by the number of tenants. A change applies in every process when its signal
 * arrives, at the latest when the remembered entry expires.
 */
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import type { Database } from '#kernel/database/database.ts';
import type { Signals } from '#kernel/signals/signals.ts';
import { ThresholdEntity } from '../entities.ts';
import { defaultThresholds, type Thresholds } from '../screening/categories.ts';

/** Published with `{ tenantId }` when a tenant's thresholds change. */
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
  find(tenantId: string): Promise<Thresholds>;
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
    // Undefined when the entry was deleted while it was fetched, so that what was fetched may be outdated.
    find: async (tenantId) => (await remembered.fetch(tenantId)) ?? readThresholds(database, tenantId),
    [Symbol.asyncDispose]: unsubscribe,
  };
};
