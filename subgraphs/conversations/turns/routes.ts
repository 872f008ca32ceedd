/**
 * Asks the models subgraph which models may write a reply and with which tools, and remembers the route for each
 * tenant, so that a turn rarely waits. Invariants: a route is never older than `keptForMs`, and is forgotten sooner
 * when models signals a change. It is requested for the upper bound of the prompt's size class, and for those
 * properties of the question that its policy asks for (route-key.ts), so it holds for every question that these fit. A
 * refusal is checked again with the prompt's own size, and is not remembered.
 */
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { type RouteCandidate, routeCandidateSchema, type Tool, toolSchema } from '#contracts/generation-job.ts';
import { type Pool, pools } from '#contracts/pools.ts';
import { type ReuseTerms, reuseTermsSchema } from '#contracts/reuse.ts';
import { modelsChangedTopic, policiesChangedSchema, policiesChangedTopic } from '#contracts/routing-signals.ts';
import { AppError } from '#kernel/errors.ts';
import type { Signals } from '#kernel/signals/signals.ts';
import type { SubgraphClient } from '#kernel/subgraph-client/subgraph-client.ts';
import type { OutputLimits } from './output-tokens.ts';
import {
  narrowQuestion,
  policyKeyOf,
  type RouteDependencies,
  type RouteQuestion,
  routeDependenciesSchema,
  routeKeyOf,
} from './route-key.ts';

export interface Route {
  /** Best first; at least one. */
  readonly candidates: readonly RouteCandidate[];
  /** The tenant's tools; empty unless a candidate can call tools. */
  readonly tools: readonly Tool[];
  /** Name of the policy that was followed. */
  readonly policy: string | undefined;
  /** Why the first candidate comes first, as a sentence. */
  readonly reason: string;
  /** Milliseconds that a reply may wait in a queue before another candidate is better. */
  readonly latencyTargetMs: number | undefined;
  /** On which terms replies are kept and served again; undefined: they are not. */
  readonly reuse?: ReuseTerms | undefined;
  /** Default: nothing but the model bounds the reply. */
  readonly outputTokens?: OutputLimits | undefined;
  readonly dependsOn: RouteDependencies;
  /** Replies per second, as pools served them lately. */
  readonly paces: ReadonlyMap<Pool, number>;
}

export interface Routes extends AsyncDisposable {
  /** Throws the refusal of models. */
  find(question: RouteQuestion): Promise<Route>;
}

export interface RouteTimes {
  /** Milliseconds after which the use of a remembered route also refreshes it. */
  readonly freshForMs: number;
  /** Milliseconds after which a route is not used any more. Models counts a worker as silent after 45 seconds. */
  readonly keptForMs: number;
}
const routeTimes: RouteTimes = { freshForMs: 5_000, keptForMs: 30_000 };
const rememberedRoutes = 10_000;
const deadlineMs = 3_000;

const routeQuery = `query Route($input: RouteMessageInput!) {
  routeMessage(input: $input) {
    candidates {
      modelId provider pool contextWindow maxOutputTokens capabilities price { input cachedInput cacheWrite output }
    }
    tools { name description parameters url timeoutMs secret mcp { server tool } }
    policy reason latencyTargetMs
    reuse { version requestSeconds similarSeconds usesCurated share }
    outputTokens { byDefault most }
    dependsOn { complexity languages moderation promptTokens }
    paces { pool repliesPerSecond }
  }
}`;
const routedToolSchema = toolSchema.extend({
  mcp: toolSchema.shape.mcp
    .unwrap()
    .nullish()
    .transform((mcp) => mcp ?? undefined),
  parameters: z
    .string()
    .transform((text): unknown => JSON.parse(text))
    .pipe(toolSchema.shape.parameters),
});
const routedReuseSchema = z
  .object({
    ...reuseTermsSchema.shape,
    requestSeconds: reuseTermsSchema.shape.requestSeconds.nullable(),
    similarSeconds: reuseTermsSchema.shape.similarSeconds.nullable(),
  })
  .transform(({ requestSeconds, similarSeconds, ...terms }) => ({
    ...terms,
    requestSeconds: requestSeconds ?? undefined,
    similarSeconds: similarSeconds ?? undefined,
  }));
const tokensSchema = z
  .int()
  .nullable()
  .transform((tokens) => tokens ?? undefined);
const routed = z.object({
  routeMessage: z.object({
    candidates: z.array(routeCandidateSchema),
    tools: z.array(routedToolSchema),
    policy: z.string().nullable(),
    reason: z.string(),
    latencyTargetMs: z.number().nullable(),
    reuse: routedReuseSchema.nullable(),
    outputTokens: z.object({ byDefault: tokensSchema, most: tokensSchema }).optional(),
    dependsOn: routeDependenciesSchema,
    paces: z.array(z.object({ pool: z.enum(pools), repliesPerSecond: z.number() })),
  }),
});

interface RememberedRoute {
  readonly tenantId: string;
  readonly route: Route;
  readonly askedAt: number;
}

const isOutage = (fault: unknown): boolean =>
  fault instanceof AppError && (fault.code === 'SUBGRAPH_UNAVAILABLE' || fault.code === 'SUBGRAPH_TIMEOUT');

export const openRoutes = async (
  models: SubgraphClient,
  signals: Signals,
  { freshForMs, keptForMs } = routeTimes,
): Promise<Routes> => {
  const ask = async ({
    identity,
    requiresTools,
    requiresVision = false,
    prefersJson,
    complexity,
    language,
    ...question
  }: RouteQuestion): Promise<RememberedRoute> => {
    const askedAt = Date.now();
    const judged = { complexity: complexity ?? null, language: language ?? null };
    const requires = [...(requiresTools ? ['TOOLS'] : []), ...(requiresVision ? ['VISION'] : [])];
    const wanted = { requires, ...(prefersJson ? { prefers: ['JSON'] } : {}) };
    const variables = { input: { ...question, ...judged, ...wanted } };
    const { routeMessage } = await models.call({ identity, query: routeQuery, variables, data: routed, deadlineMs });
    const { policy, latencyTargetMs, reuse, paces, ...route } = routeMessage;
    return {
      tenantId: identity.tenantId,
      route: {
        ...route,
        policy: policy ?? undefined,
        latencyTargetMs: latencyTargetMs ?? undefined,
        reuse: reuse ?? undefined,
        paces: new Map(paces.map(({ pool, repliesPerSecond }) => [pool, repliesPerSecond])),
      },
      askedAt,
    };
  };
  const isUsable = ({ askedAt }: RememberedRoute): boolean => Date.now() - askedAt < keptForMs;
  const remembered = new LRUCache<string, RememberedRoute, RouteQuestion>({
    max: rememberedRoutes,
    ttl: freshForMs,
    allowStale: true,
    async fetchMethod(_key, stale, { context }) {
      try {
        return await ask(context);
      } catch (fault) {
        if (stale && isOutage(fault) && isUsable(stale)) return stale;
        throw fault;
      }
    },
  });
  /** What the routes of a policy depend on, by `policyKeyOf`, as models said last. */
  const dependencies = new LRUCache<string, { readonly tenantId: string; readonly depends: RouteDependencies }>({
    max: rememberedRoutes,
  });
  const closers = [
    await signals.subscribe(modelsChangedTopic, () => remembered.clear()),
    await signals.subscribe(policiesChangedTopic, (payload) => {
      const tenantId = policiesChangedSchema.safeParse(payload).data?.tenantId;
      for (const cache of [remembered, dependencies]) {
        for (const [key, known] of cache.entries()) if (known.tenantId === tenantId) cache.delete(key);
      }
    }),
  ];
  const rename = (from: string, to: string): void => {
    const known = from === to ? undefined : remembered.get(from);
    if (known === undefined) return;
    remembered.delete(from);
    remembered.set(to, known);
  };
  const fetch = async (question: RouteQuestion): Promise<Route> => {
    const key = routeKeyOf(question);
    const known = await remembered.fetch(key, { context: question });
    if (known && isUsable(known)) return known.route;
    // It was forgotten while it was requested, or is too old.
    const fresh = await remembered.fetch(key, { context: question, forceRefresh: true, allowStale: false });
    return (fresh ?? (await ask(question))).route;
  };
  return {
    async find(question) {
      const policyKey = policyKeyOf(question);
      const { tenantId } = question.identity;
      const depends = dependencies.get(policyKey)?.depends;
      const narrowed = narrowQuestion(question, depends);
      try {
        const route = await fetch(narrowed);
        if (route.dependsOn !== depends) dependencies.set(policyKey, { tenantId, depends: route.dependsOn });
        const own = narrowQuestion(question, route.dependsOn);
        // It was asked with more than counts: the next question of its kind finds it too.
        if (depends === undefined) rename(routeKeyOf(narrowed), routeKeyOf(own));
        // Or with less, because the policy has changed since.
        else if (routeKeyOf(own) !== routeKeyOf(narrowed)) return await fetch(own);
        return route;
      } catch (fault) {
        if (isOutage(fault)) throw fault;
        return (await ask(question)).route;
      }
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(closers.map((close) => close()));
    },
  };
};
