/**
 * Asks the models subgraph which models may write a reply and with which tools, and remembers the route for each
 * tenant, so that a turn rarely waits. Invariants: a route is never older than `keptForMs`, and is forgotten sooner
 * when models signals a change. It is requested for the upper bound of the prompt's size class, so it holds for every
 * prompt of that class. A refusal is checked again with the prompt's own size, and is not remembered.
 */
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { type RouteCandidate, routeCandidateSchema, type Tool, toolSchema } from '#contracts/generation-job.ts';
import type { Identity } from '#contracts/identity.ts';
import { modelsChangedTopic, policiesChangedSchema, policiesChangedTopic } from '#contracts/routing-signals.ts';
import { AppError } from '#kernel/errors.ts';
import type { Signals } from '#kernel/signals/signals.ts';
import type { SubgraphClient } from '#kernel/subgraph-client/subgraph-client.ts';

export interface RouteQuestion {
  readonly identity: Identity;
  readonly modelPolicy: string | undefined;
  /** Tokens of the prompt that must not be cut. */
  readonly inputTokens: number;
  readonly maxOutputTokens: number | undefined;
  /** Whether the model must be able to call tools. */
  readonly requiresTools: boolean;
}

export interface Route {
  /** Best first; at least one. */
  readonly candidates: readonly RouteCandidate[];
  /** The tenant's tools; empty unless a candidate can call tools. */
  readonly tools: readonly Tool[];
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
/** Tokens of the smallest size class. Each further class has twice the size. */
const smallestSizeClass = 256;

const routeQuery = `query Route($input: RouteMessageInput!) {
  routeMessage(input: $input) {
    candidates {
      modelId provider pool contextWindow maxOutputTokens capabilities price { input cachedInput cacheWrite output }
    }
    tools { name description parameters url timeoutMs secret }
  }
}`;
const routedToolSchema = toolSchema.extend({
  parameters: z
    .string()
    .transform((text): unknown => JSON.parse(text))
    .pipe(toolSchema.shape.parameters),
});
const routed = z.object({
  routeMessage: z.object({ candidates: z.array(routeCandidateSchema), tools: z.array(routedToolSchema) }),
});

interface RememberedRoute {
  readonly tenantId: string;
  readonly route: Route;
  readonly askedAt: number;
}

const isOutage = (fault: unknown): boolean =>
  fault instanceof AppError && (fault.code === 'SUBGRAPH_UNAVAILABLE' || fault.code === 'SUBGRAPH_TIMEOUT');

const sizeClassOf = (inputTokens: number): number =>
  Math.max(smallestSizeClass, 2 ** Math.ceil(Math.log2(Math.max(1, inputTokens))));

export const openRoutes = async (
  models: SubgraphClient,
  signals: Signals,
  { freshForMs, keptForMs } = routeTimes,
): Promise<Routes> => {
  const ask = async ({ identity, requiresTools, ...question }: RouteQuestion): Promise<RememberedRoute> => {
    const askedAt = Date.now();
    const variables = { input: { ...question, requires: requiresTools ? ['TOOLS'] : [] } };
    const { routeMessage } = await models.call({ identity, query: routeQuery, variables, data: routed, deadlineMs });
    return { tenantId: identity.tenantId, route: routeMessage, askedAt };
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
  const closers = [
    await signals.subscribe(modelsChangedTopic, () => remembered.clear()),
    await signals.subscribe(policiesChangedTopic, (payload) => {
      const tenantId = policiesChangedSchema.safeParse(payload).data?.tenantId;
      for (const [key, known] of remembered.entries()) if (known.tenantId === tenantId) remembered.delete(key);
    }),
  ];
  return {
    async find(question) {
      const sized = { ...question, inputTokens: sizeClassOf(question.inputTokens) };
      const key = JSON.stringify([
        question.identity.tenantId,
        question.modelPolicy,
        sized.inputTokens,
        question.maxOutputTokens,
        question.requiresTools,
      ]);
      try {
        const known = await remembered.fetch(key, { context: sized });
        if (known && isUsable(known)) return known.route;
        // It was forgotten while it was requested, or is too old.
        const fresh = await remembered.fetch(key, { context: sized, forceRefresh: true, allowStale: false });
        return (fresh ?? (await ask(sized))).route;
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
