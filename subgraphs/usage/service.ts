/** Opens usage: its subgraph, the consumer that settles, and the sweep of expired reservations. Closing stops intake first. */
import type { OpenSubgraph, SubgraphServices } from '#kernel/subgraph-server/run-subgraph.ts';
import { serveSubgraph } from '#kernel/subgraph-server/serve-subgraph.ts';
import { createRevocationTeller } from './api-keys/revoke-api-key.ts';
import { createAwaitedReplies } from './awaited-replies.ts';
import { consumeResults } from './consume-results.ts';
import { createUsageContext } from './context.ts';
import { startExpiry } from './expire-reservations.ts';
import { openAccessDecisions } from './publish-access.ts';
import { createQuotaChanges } from './quota-changes.ts';
import { createUsageSchema } from './schema.ts';

export interface UsageOptions {
  readonly reservationTtlSeconds: number;
  readonly reservationSweepSeconds: number;
  /** The subgraph of conversations; undefined until it is there. */
  readonly conversationsUrl: () => string | undefined;
}

export const openUsage = async (services: SubgraphServices, options: UsageOptions): Promise<OpenSubgraph> => {
  const { database, ports, verifyIdentity, access, host, port, logger } = services;
  const { reservationTtlSeconds, reservationSweepSeconds, conversationsUrl } = options;
  await using opened = new AsyncDisposableStack();
  const quotaChanges = opened.use(createQuotaChanges(ports.signals, logger));
  const { cache, signals } = ports;
  const tellRevocation = createRevocationTeller(signals, logger);
  const accessDecisions = opened.use(await openAccessDecisions({ database, cache, signals, logger }));
  const awaited = opened.use(createAwaitedReplies(conversationsUrl, services.signIdentity));
  const expiry = { database, askAwaited: awaited.ask, ttlSeconds: reservationTtlSeconds, logger };
  opened.use(startExpiry(expiry, reservationSweepSeconds * 1000));
  const results = opened.use(
    await consumeResults(ports.broker, database, quotaChanges, logger, services.databaseWatch),
  );
  const { url } = opened.use(
    await serveSubgraph({
      name: 'usage',
      schema: createUsageSchema(),
      createContext: (identity) =>
        createUsageContext(
          { database, signals, reservationTtlSeconds, quotaChanges, accessDecisions, tellRevocation },
          identity,
        ),
      verifyIdentity,
      access,
      host,
      port,
      checks: {
        database: () => database.ping(),
        broker: { optional: () => ports.broker.ping() },
        results: () => results.ping(),
      },
      logger,
    }),
  );
  const closing = opened.move();
  return { url, [Symbol.asyncDispose]: () => closing.disposeAsync() };
};
