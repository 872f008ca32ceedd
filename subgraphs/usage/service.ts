/**
 * Opens the usage service: its subgraph, the consumer that settles generations, and the sweeps of expired reservations
 * and of deleted users. On closing, requests stop first, then the consumer, then the sweeps; then the relay publishes
 * what it holds.
 */
import { startOutboxRelay } from '#kernel/outbox/relay.ts';
import type { OpenSubgraph, SubgraphServices } from '#kernel/subgraph-server/run-subgraph.ts';
import { serveSubgraph } from '#kernel/subgraph-server/serve-subgraph.ts';
import { openAccessDecisions } from './accounts/publish-access.ts';
import { createRevocationPublisher } from './api-keys/revoke-api-key.ts';
import { startDeletionSweep } from './deletions/delete-user.ts';
import { OutboxEntity } from './entities.ts';
import { consumeResults } from './ledger/consume-results.ts';
import { createAwaitedReplies } from './quotas/awaited-replies.ts';
import { startExpiry } from './quotas/expire-reservations.ts';
import { createQuotaChanges } from './quotas/quota-changes.ts';
import { createUsageContext } from './schema/context.ts';
import { createUsageSchema } from './schema.ts';
import { createSessionsEnd } from './sessions/end-sessions.ts';

export interface UsageOptions {
  readonly reservationTtlSeconds: number;
  readonly reservationSweepSeconds: number;
  /** USD for a gigabyte and a month, an exact decimal. Default: 0. */
  readonly storagePrice?: string;
  /** URL of the conversations subgraph; undefined until it is open. */
  readonly conversationsUrl: () => string | undefined;
}

export const openUsage = async (services: SubgraphServices, options: UsageOptions): Promise<OpenSubgraph> => {
  const { database, ports, verifyIdentity, accessTokens, access, host, port, logger } = services;
  const { reservationTtlSeconds, reservationSweepSeconds, conversationsUrl, storagePrice = '0' } = options;
  await using opened = new AsyncDisposableStack();
  const { broker } = ports;
  const relay = opened.use(startOutboxRelay({ database, broker, logger, entity: OutboxEntity, exchange: 'events' }));
  opened.use(startDeletionSweep({ database, relay, logger }));
  const quotaChanges = opened.use(createQuotaChanges(ports.signals, logger));
  const { cache, signals, sessions } = ports;
  const endSessionsOf = createSessionsEnd(sessions, logger);
  const publishRevocation = createRevocationPublisher(signals, logger);
  const accessDecisions = opened.use(await openAccessDecisions({ database, cache, signals, logger }));
  const awaited = opened.use(createAwaitedReplies(conversationsUrl, services.signIdentity));
  const expiry = { database, findAwaited: awaited.find, ttlSeconds: reservationTtlSeconds, logger };
  opened.use(startExpiry(expiry, reservationSweepSeconds * 1000));
  const results = opened.use(
    await consumeResults({ broker, database, quotaChanges, logger, stores: services.databaseWatch, storagePrice }),
  );
  const { url } = opened.use(
    await serveSubgraph({
      name: 'usage',
      schema: createUsageSchema(),
      createContext: (identity) =>
        createUsageContext(
          {
            database,
            signals,
            reservationTtlSeconds,
            quotaChanges,
            accessDecisions,
            publishRevocation,
            sessions,
            endSessionsOf,
            relay,
          },
          identity,
        ),
      verifyIdentity,
      accessTokens,
      access,
      host,
      port,
      checks: {
        database: () => database.ping(),
        broker: { optional: () => broker.ping() },
        results: () => results.ping(),
      },
      logger,
    }),
  );
  // Publishes what a crash left behind without waiting for the first regular sweep.
  await relay.sweep(0);
  const closing = opened.move();
  return { url, [Symbol.asyncDispose]: () => closing.disposeAsync() };
};
