/**
 * What the plan of a tenant allows. Usage has the plan; it is remembered for half a minute, and longer while usage does
 * not respond. Bounded by the number of tenants.
 */
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import type { Identity } from '#contracts/identity.ts';
import { planTiers } from '#contracts/plan-tiers.ts';
import { type StorageLimits, storageLimits } from '#contracts/storage-limits.ts';
import type { SubgraphClient } from '#kernel/subgraph-client/subgraph-client.ts';

const freshForMs = 30_000;
const rememberedTenants = 10_000;
const deadlineMs = 2_000;

const planSchema = z.object({ tenantPlan: z.enum(planTiers) });

/** Rejects with the fault of usage where it does not respond and never did for the tenant. */
export type FindLimits = (identity: Identity) => Promise<StorageLimits>;

export const createPlans = (usage: SubgraphClient): FindLimits => {
  const read = async (identity: Identity): Promise<StorageLimits> => {
    const query = 'query TenantPlan { tenantPlan }';
    const { tenantPlan } = await usage.call({ identity, query, variables: {}, data: planSchema, deadlineMs });
    return storageLimits[tenantPlan];
  };
  const remembered = new LRUCache<string, StorageLimits, Identity>({
    max: rememberedTenants,
    ttl: freshForMs,
    allowStaleOnFetchRejection: true,
    noDeleteOnFetchRejection: true,
    fetchMethod: (_tenantId, _stale, { context }) => read(context),
  });
  return async (identity) =>
    (await remembered.fetch(identity.tenantId, { context: identity })) ?? (await read(identity));
};
