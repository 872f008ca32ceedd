/**
 * What routing needs of a tenant: its plan, which usage has, its routing policies and its tools. Each process remembers
 * them, so that routing waits for neither before the first token: terms that have become old are used once more while
 * they are refreshed. Bounded by the number of tenants.
 */
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import type { Identity } from '#contracts/identity.ts';
import { type PlanTier, planTiers } from '#contracts/plan-tiers.ts';
import { policiesChangedSchema, policiesChangedTopic } from '#contracts/routing-signals.ts';
import type { Database } from '#kernel/database/database.ts';
import type { Signals } from '#kernel/signals/signals.ts';
import type { SubgraphClient } from '#kernel/subgraph-client/subgraph-client.ts';
import type { RoutingPolicy } from '../entities.ts';
import { type RoutedTool, readCallableTools } from '../mcp/callable-tools.ts';
import { readPolicies } from '../policies/change-policies.ts';
import { readCacheEpoch } from '../policies/clear-caches.ts';
import type { OutputLimits } from './output-limits.ts';

export interface TenantTerms {
  readonly plan: PlanTier;
  /** What the plan says of the length of replies. */
  readonly output: OutputLimits;
  readonly policies: readonly RoutingPolicy[];
  /** Changes when the tenant's caches are cleared. */
  readonly cacheEpoch: string;
  /** The enabled ones, those of MCP servers too. */
  readonly tools: readonly RoutedTool[];
}

export interface TenantTermsSource extends AsyncDisposable {
  find(identity: Identity): Promise<TenantTerms>;
}

/** Milliseconds after which remembered terms are refreshed. */
const freshForMs = 30_000;
const rememberedTenants = 10_000;
const planDeadlineMs = 2_000;

const planQuery = 'query TenantPlan { tenantPlan tenantOutputTokens { byDefault most } }';
const tokensSchema = z
  .int()
  .nullable()
  .transform((tokens) => tokens ?? undefined);
const planSchema = z.object({
  tenantPlan: z.enum(planTiers),
  tenantOutputTokens: z.object({ byDefault: tokensSchema, most: tokensSchema }),
});

export const openTenantTerms = async (options: {
  readonly database: Database;
  readonly usage: SubgraphClient;
  readonly signals: Signals;
}): Promise<TenantTermsSource> => {
  const read = async (identity: Identity): Promise<TenantTerms> => {
    const [{ tenantPlan, tenantOutputTokens }, policies, tools, cacheEpoch] = await Promise.all([
      options.usage.call({
        identity,
        query: planQuery,
        variables: {},
        data: planSchema,
        deadlineMs: planDeadlineMs,
      }),
      readPolicies(options.database, identity.tenantId),
      readCallableTools(options.database, identity.tenantId),
      readCacheEpoch(options.database, identity.tenantId),
    ]);
    return { plan: tenantPlan, output: tenantOutputTokens, policies, cacheEpoch, tools };
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
    async find(identity) {
      const terms = await remembered.fetch(identity.tenantId, { context: identity });
      // Undefined when the entry was deleted while it was fetched, so that what was fetched may be outdated.
      return terms ?? read(identity);
    },
    [Symbol.asyncDispose]: unsubscribe,
  };
};
