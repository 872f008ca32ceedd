/**
 * Who may answer a message and with which tools, asked from models and remembered for each tenant, so that a turn rarely waits for it. Invariants: a route is
 * never older than `keptForMs`, and sooner forgotten when models says that something changed; it is asked for the upper bound of the
 * message's size, so it holds for every message that it is given to; a refusal is asked anew for the message's own size and not remembered.
 */
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import type { SubgraphClient } from '#kernel/connections/subgraph-client.ts';
import { AppError } from '#kernel/errors.ts';
import type { Identity } from '#kernel/identity.ts';
import { type RouteCandidate, routeCandidateSchema, type Tool, toolSchema } from '#kernel/messages/generation-job.ts';
import { modelsChangedTopic, policiesChangedSchema, policiesChangedTopic } from '#kernel/messages/routing-signals.ts';
import type { Signals } from '#kernel/signals/signals.ts';

export interface RouteQuestion {
  readonly identity: Identity;
  readonly modelPolicy: string | undefined;
  /** Tokens of the prompt that cannot be left out. */
  readonly inputTokens: number;
  readonly maxOutputTokens: number | undefined;
  /** Whether the model must be able to call tools. */
  readonly requiresTools: boolean;
}

export interface Route {
  /** Best first; at least one. */
  readonly candidates: readonly RouteCandidate[];
  /** The tenant's, where a candidate can call them. */
  readonly tools: readonly Tool[];
}

export interface Routes extends AsyncDisposable {
  /** Throws the refusal of models. */
  of(question: RouteQuestion): Promise<Route>;
}

export interface RouteTimes {
  /** Milliseconds after which a route that is asked for is asked anew beside it. */
  readonly freshForMs: number;
  /** Milliseconds after which a route is not given any more: a worker's silence counts after 45 seconds. */
  readonly keptForMs: number;
}
const routeTimes: RouteTimes = { freshForMs: 5_000, keptForMs: 30_000 };
const rememberedRoutes = 10_000;
const deadlineMs = 3_000;
/** Smallest size that is told apart, in tokens. Above it sizes double. */
const leastSize = 256;

const routeQuery = `query Route($input: RouteMessageInput!) {
  routeMessage(input: $input) {
    candidates {
      modelId provider pool contextWindow maxOutputTokens capabilities price { input cachedInput output }
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

const sizeOf = (inputTokens: number): number =>
  Math.max(leastSize, 2 ** Math.ceil(Math.log2(Math.max(1, inputTokens))));

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
    async of(question) {
      const sized = { ...question, inputTokens: sizeOf(question.inputTokens) };
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
        // Forgotten while it was asked for, or too old: what comes now is new.
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
