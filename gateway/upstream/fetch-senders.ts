/**
 * Creates the function with which each operation sends its fetches: through the sources of its schema generation, in
 * the scope of its user, its deadline and its client.
 */
import type { SignIdentity } from '#kernel/identity.ts';
import type { Logger } from '#kernel/log.ts';
import type { OperationContext } from '../authentication/operation-context.ts';
import { observedFetch } from './observed-fetch.ts';
import { createOperationScope } from './operation-scope.ts';
import { createReplicas } from './replicas.ts';
import type { SendFetch } from './send-fetch.ts';
import { createSharedFetches } from './shared-fetches.ts';
import type { SubgraphPools } from './subgraph-pools.ts';
import { createSubgraphSource, type SubgraphSource } from './subgraph-source.ts';

/** The subgraphs of one schema generation. */
export interface SubgraphUrls {
  /** Subgraph name -> URL in the supergraph. */
  readonly subgraphUrls: ReadonlyMap<string, string>;
}

export interface FetchSenders {
  /** For a query or mutation: every fetch goes to the subgraph's address in its own generation. */
  forOperation(generation: SubgraphUrls, context: OperationContext): SendFetch;
  /** For an event of a stream, which may outlive its generation: fetches go to the subgraph's current address. */
  forEvent(generation: SubgraphUrls, context: OperationContext): SendFetch;
}

export interface FetchSendersOptions {
  /** The newest generation. */
  current(): SubgraphUrls;
  /** Addresses of a subgraph's replicas; at least one. */
  urlsOf(generation: SubgraphUrls, subgraph: string): readonly string[];
  readonly pools: SubgraphPools;
  readonly sign: SignIdentity;
  /** Milliseconds for one fetch. */
  readonly fetchDeadlineMs: number;
  /** Milliseconds for all fetches of an operation or event together. */
  readonly operationDeadlineMs: number;
  readonly logger: Logger;
}

type Sources = ReadonlyMap<string, SubgraphSource>;

export const createFetchSenders = (options: FetchSendersOptions): FetchSenders => {
  const { current, urlsOf, pools, sign, fetchDeadlineMs, operationDeadlineMs, logger } = options;
  const shared = createSharedFetches();
  const byGeneration = new WeakMap<SubgraphUrls, Sources>();

  const sourcesOf = (generation: SubgraphUrls): Sources => {
    const known = byGeneration.get(generation);
    if (known) return known;
    const sources = new Map<string, SubgraphSource>();
    for (const name of generation.subgraphUrls.keys()) {
      const replicas = createReplicas(urlsOf(generation, name), pools.at);
      sources.set(name, createSubgraphSource({ name, replicas, shared, deadlineMs: fetchDeadlineMs, logger }));
    }
    byGeneration.set(generation, sources);
    return sources;
  };

  const sendThrough = (
    sourceOf: (subgraph: string) => SubgraphSource | undefined,
    context: OperationContext,
  ): SendFetch => {
    const scope = createOperationScope({ context, sign, deadlineMs: operationDeadlineMs });
    return (subgraph, body, isMutation) => {
      const source = sourceOf(subgraph);
      if (!source) throw new Error(`the supergraph has no subgraph ${subgraph}`);
      return observedFetch(subgraph, () => source.send({ body, isMutation, scope }));
    };
  };

  return {
    forOperation: (generation, context) => sendThrough((name) => sourcesOf(generation).get(name), context),
    forEvent: (generation, context) =>
      sendThrough((name) => sourcesOf(current()).get(name) ?? sourcesOf(generation).get(name), context),
  };
};
