/**
 * The gateway's side towards its subgraphs: connections for fetches and for subscriptions, and the addresses to which
 * they go. Closing it closes all connections.
 */
import type { SignIdentity } from '#kernel/identity.ts';
import type { Logger } from '#kernel/log.ts';
import { createFetchSenders, type FetchSenders, type SubgraphUrls } from './fetch-senders.ts';
import { createSubgraphPools } from './subgraph-pools.ts';
import { createUpstreamConnections } from './upstream-connections.ts';
import type { UpstreamSocket, UpstreamTiming } from './upstream-socket.ts';

export interface Upstream extends AsyncDisposable {
  readonly senders: FetchSenders;
  /** The connection for a new subscription at a subgraph. */
  socketTo(generation: SubgraphUrls, subgraph: string): UpstreamSocket;
  /** Closes the connections to subgraphs that the generation does not have. */
  keepOnly(generation: SubgraphUrls): void;
}

export interface UpstreamOptions {
  /** The newest generation. */
  current(): SubgraphUrls;
  /** Subgraph name -> URL, or URLs of its replicas, in place of the one in the supergraph. */
  readonly subgraphUrls: Readonly<Record<string, string | readonly string[]>>;
  readonly sign: SignIdentity;
  /** Milliseconds for one fetch. */
  readonly fetchDeadlineMs: number;
  /** Milliseconds for all fetches of an operation or event together. */
  readonly operationDeadlineMs: number;
  /** Of the connections for subscriptions. */
  readonly timing: UpstreamTiming | undefined;
  readonly logger: Logger;
}

export const openUpstream = (options: UpstreamOptions): Upstream => {
  const { current, subgraphUrls, sign, fetchDeadlineMs, operationDeadlineMs, timing, logger } = options;
  const pools = createSubgraphPools(fetchDeadlineMs);
  const connections = createUpstreamConnections(sign, logger, timing);
  const urlsOf = (generation: SubgraphUrls, name: string): readonly string[] => {
    const given = subgraphUrls[name] ?? generation.subgraphUrls.get(name);
    if (given === undefined) throw new Error(`the supergraph has no subgraph ${name}`);
    return typeof given === 'string' ? [given] : given;
  };
  return {
    senders: createFetchSenders({ current, urlsOf, pools, sign, fetchDeadlineMs, operationDeadlineMs, logger }),
    socketTo: (generation, subgraph) => connections.pick(urlsOf(generation, subgraph)),
    keepOnly(generation) {
      const urls = [...generation.subgraphUrls.keys()].flatMap((name) => urlsOf(generation, name));
      pools.keepOnly(urls);
      connections.keepOnly(urls);
    },
    async [Symbol.asyncDispose]() {
      await connections[Symbol.asyncDispose]();
      await pools[Symbol.asyncDispose]();
    },
  };
};
