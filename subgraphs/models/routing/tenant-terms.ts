/**
 * What routing must know of a tenant: its plan, asked from usage, its routing policies and its tools. Remembered per process, so that
 * the way to the first token waits for neither: an answer that is old is used once more while a new one is fetched. Bounded
 * by number of tenants.
 */
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { type PlanTier, planTiers } from '#kernel/catalogue/models-file.ts';
import type { SubgraphClient } from '#kernel/connections/subgraph-client.ts';
import type { Database } from '#kernel/database/database.ts';
import type { Identity } from '#kernel/identity.ts';
import { policiesChangedSchema, policiesChangedTopic } from '#kernel/messages/routing-signals.ts';
import type { Signals } from '#kernel/signals/signals.ts';
import { type RoutingPolicy, RoutingPolicyEntity, type ToolRow } from '../entities.ts';
import { readTools } from '../tools/change-tools.ts';

export interface TenantTerms {
  readonly plan: PlanTier;
  readonly policies: readonly RoutingPolicy[];
  /** Those that are enabled. */
  readonly tools: readonly ToolRow[];
}

export interface TenantTermsSource extends AsyncDisposable {
  of(identity: Identity): Promise<TenantTerms>;
}

/** Milliseconds that a tenant's terms are taken for true. */
const freshForMs = 30_000;
const rememberedTenants = 10_000;
const planDeadlineMs = 2_000;

const planQuery = 'query TenantPlan { tenantPlan }';
const planSchema = z.object({ tenantPlan: z.enum(planTiers) });

/** By name. */
export const readPolicies = (database: Database, tenantId: string): Promise<RoutingPolicy[]> =>
  database.forTenant(tenantId).find(RoutingPolicyEntity, {}, { orderBy: { name: 'asc' } });

export const openTenantTerms = async (options: {
  readonly database: Database;
  readonly usage: SubgraphClient;
  readonly signals: Signals;
}): Promise<TenantTermsSource> => {
  const read = async (identity: Identity): Promise<TenantTerms> => {
    const [{ tenantPlan }, policies, tools] = await Promise.all([
      options.usage.call({
        identity,
        query: planQuery,
        variables: {},
        data: planSchema,
        deadlineMs: planDeadlineMs,
      }),
      readPolicies(options.database, identity.tenantId),
      readTools(options.database, identity.tenantId),
    ]);
    return { plan: tenantPlan, policies, tools: tools.filter(({ enabled }) => enabled) };
  };
  const remembered = new LRUCache<string, TenantTerms, Identity>({
    max: rememberedTenants,
    ttl: freshForMs,
    allowStale: true,
    allowStaleOnFetchRejection: true,
    noDeleteOnFetchRejection: true,
    fetchMethod: (_tenantId, _stale, { context }) => read(context),
  });
  const unsubscribe = await options.signals.subscribe(policiesChangedTopic, (payload) => {
    const changed = policiesChangedSchema.safeParse(payload);
    if (changed.success) remembered.delete(changed.data.tenantId);
  });
  return {
    async of(identity) {
      const terms = await remembered.fetch(identity.tenantId, { context: identity });
      // Undefined when the entry was deleted while it was fetched: what was read may be from before the change.
      return terms ?? read(identity);
    },
    [Symbol.asyncDispose]: unsubscribe,
  };
};
