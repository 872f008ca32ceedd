/**
 * Lets equal subscriptions follow one upstream subscription: the same operation and variables at the same subgraph, for
 * an audience that gets the same events. Who asks for a place that no stream can give begins a stream of its own, which
 * joins another as soon as it has come to one of its newest events. Invariant: streams of different keys never meet, and
 * the key holds the whole identity unless the schema says that less decides (`@broadcast`).
 */
import type { Identity } from '#kernel/identity.ts';
import type { Audience, SchemaGeneration } from '../supergraph/schema-generation.ts';
import { cursorOf } from './frame.ts';
import { createSharedStream, type Follower, type SharedListener, type SharedStream } from './shared-stream.ts';
import type { SubscriptionPlan } from './subscription-plan.ts';
import type { UpstreamRequest, UpstreamSocket } from './upstream-socket.ts';

export interface SharedSubscription {
  readonly plan: SubscriptionPlan;
  /** For whom the subgraph is asked. */
  readonly identity: Identity;
  readonly request: UpstreamRequest;
  /** Shares with nobody. */
  readonly alone: boolean;
}

export interface SharedStreams {
  /** What it returns ends it, in the same tick at the subgraph when nobody else follows. */
  subscribe(subscription: SharedSubscription, listener: SharedListener): () => void;
}

const audienceKey = (audience: Audience, identity: Identity): unknown => {
  if (audience === 'EVERYBODY') return null;
  return audience === 'TENANT' ? identity.tenantId : identity;
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
export const createSharedStreams = (upstream: (plan: SubscriptionPlan) => UpstreamSocket): SharedStreams => {
  const memory = new WeakMap<SchemaGeneration, Map<string, SharedStream[]>>();
  const streamsOf = (generation: SchemaGeneration): Map<string, SharedStream[]> => {
    const known = memory.get(generation);
    if (known) return known;
    const streams = new Map<string, SharedStream[]>();
    memory.set(generation, streams);
    return streams;
  };

  /** Moves a stream that has come to where another is. */
  const unite = (stream: SharedStream, streams: readonly SharedStream[]): void => {
    for (const other of streams) {
      if (other === stream || stream.position === undefined) continue;
      const place = other.placeOf(stream.position);
      if (place === undefined) continue;
      stream.moveTo(other, place);
      return;
    }
  };

  const open = (audience: Audience, key: string, { plan, request }: SharedSubscription): SharedStream => {
    const byKey = streamsOf(plan.generation);
    const streams = byKey.get(key) ?? [];
    byKey.set(key, streams);
    const { resumable } = plan;
    const stream: SharedStream = createSharedStream({
      open: (listener) => upstream(plan).subscribe(request, listener),
      start: resumable?.position(request.variables),
      positionAfter:
        resumable &&
        ((payload) => {
          const cursor = cursorOf(payload);
          return cursor === undefined ? undefined : resumable.position(resumable.resume({}, cursor));
        }),
      isAwaited: () => streams.length > 1,
      onEvent: () => streams.length > 1 && unite(stream, streams),
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
      const { plan, request, alone } = subscription;
      const { audience, resumable, generation } = plan;
      if (audience === undefined || alone) return upstream(plan).subscribe(request, listener);
      const follower: Follower = { listener, stream: undefined, place: 0 };
      const key = keyOf(audience, subscription);
      const position = resumable?.position(request.variables);
      for (const stream of streamsOf(generation).get(key) ?? []) {
        const place = stream.placeOf(position);
        if (place === undefined) continue;
        stream.follow(follower, place);
        break;
      }
      if (!follower.stream) open(audience, key, subscription).follow(follower, 0);
      return () => follower.stream?.leave(follower);
    },
  };
};
