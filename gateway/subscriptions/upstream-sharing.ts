/**
 * Lets equal subscriptions share one upstream subscription: the same operation and variables at the same subgraph, for
 * an audience that gets the same events. A subscription whose position no stream can serve opens one of its own, which
 * merges with another as soon as it reaches one of that stream's newest events. Invariant: streams of different keys
 * never merge, and the key holds the whole identity, but for the session that no event depends on, unless the schema
 * declares a wider audience (`@broadcast`).
 */
import type { Identity } from '#contracts/identity.ts';
import type { Audience, SchemaGeneration } from '../supergraph/schema-generation.ts';
import { cursorOf } from '../upstream/next-message.ts';
import type { UpstreamRequest, UpstreamSocket } from '../upstream/upstream-socket.ts';
import { createSharedUpstream, type Follower, type SharedListener, type SharedUpstream } from './shared-upstream.ts';
import type { SubscriptionPlan } from './subscription-plan.ts';

export interface SharedSubscription {
  readonly plan: SubscriptionPlan;
  /** In whose name the subgraph is asked. */
  readonly identity: Identity;
  readonly request: UpstreamRequest;
  /** Shares with nobody. */
  readonly exclusive: boolean;
}

export interface UpstreamSharing {
  /**
   * Returns a function that unsubscribes. When nobody else follows, it ends the upstream subscription in the same tick.
   */
  subscribe(subscription: SharedSubscription, listener: SharedListener): () => void;
}

const audienceKey = (audience: Audience, identity: Identity): unknown => {
  if (audience === 'EVERYBODY') return null;
  if (audience === 'TENANT') return identity.tenantId;
  const { sessionId: _, ...rights } = identity;
  return rights;
};

const keyOf = (audience: Audience, { plan, identity, request }: SharedSubscription): string => {
  const { query, operationName, variables } = request;
  const own = plan.resumable?.variable;
  const others = Object.entries(variables)
    .filter(([name]) => name !== own)
    .sort(([one], [other]) => (one < other ? -1 : 1));
  return JSON.stringify([audienceKey(audience, identity), plan.serviceName, query, operationName, others]);
};

/** @param upstream the connection to the subgraph of a plan. */
export const createUpstreamSharing = (upstream: (plan: SubscriptionPlan) => UpstreamSocket): UpstreamSharing => {
  const memory = new WeakMap<SchemaGeneration, Map<string, SharedUpstream[]>>();
  const streamsOf = (generation: SchemaGeneration): Map<string, SharedUpstream[]> => {
    const known = memory.get(generation);
    if (known) return known;
    const streams = new Map<string, SharedUpstream[]>();
    memory.set(generation, streams);
    return streams;
  };

  /** Merges a stream that has reached the position of another. */
  const merge = (stream: SharedUpstream, streams: readonly SharedUpstream[]): void => {
    for (const other of streams) {
      if (other === stream || stream.position === undefined) continue;
      const offset = other.offsetOf(stream.position);
      if (offset === undefined) continue;
      stream.moveTo(other, offset);
      return;
    }
  };

  const open = (audience: Audience, key: string, { plan, request }: SharedSubscription): SharedUpstream => {
    const byKey = streamsOf(plan.generation);
    const streams = byKey.get(key) ?? [];
    byKey.set(key, streams);
    const { resumable } = plan;
    const stream: SharedUpstream = createSharedUpstream({
      open: (listener) => upstream(plan).subscribe(request, listener),
      start: resumable?.position(request.variables),
      positionAfter:
        resumable &&
        ((payload) => {
          const cursor = cursorOf(payload);
          return cursor === undefined ? undefined : resumable.position(resumable.resume({}, cursor));
        }),
      isAwaited: () => streams.length > 1,
      onEvent: () => streams.length > 1 && merge(stream, streams),
      onEnd() {
        const index = streams.indexOf(stream);
        if (index !== -1) streams.splice(index, 1);
        if (streams.length === 0 && byKey.get(key) === streams) byKey.delete(key);
      },
      refusesAll: audience === 'IDENTITY',
    });
    streams.push(stream);
    return stream;
  };

  return {
    subscribe(subscription, listener) {
      const { plan, request, exclusive } = subscription;
      const { audience, resumable, generation } = plan;
      if (audience === undefined || exclusive) return upstream(plan).subscribe(request, listener);
      const follower: Follower = { listener, stream: undefined, offset: 0 };
      const key = keyOf(audience, subscription);
      const position = resumable?.position(request.variables);
      for (const stream of streamsOf(generation).get(key) ?? []) {
        const offset = stream.offsetOf(position);
        if (offset === undefined) continue;
        stream.follow(follower, offset);
        break;
      }
      if (!follower.stream) open(audience, key, subscription).follow(follower, 0);
      return () => follower.stream?.leave(follower);
    },
  };
};
