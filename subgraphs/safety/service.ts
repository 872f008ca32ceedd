/**
 * The safety service: screens what people write before it is admitted and what models wrote afterwards, and serves the subgraph.
 * Closing stops requests first, then the queue, then what they read from.
 */
import type { OpenSubgraph, SubgraphServices } from '#kernel/subgraph-server/run-subgraph.ts';
import { serveSubgraph } from '#kernel/subgraph-server/serve-subgraph.ts';
import { createSafetySchema } from './schema.ts';
import { screenText } from './screening/screen-text.ts';
import { consumeResults } from './verdicts/consume-results.ts';
import { createVerdictLoader } from './verdicts/load-verdicts.ts';
import { openTenantThresholds } from './verdicts/tenant-thresholds.ts';

export const openSafety = async (services: SubgraphServices): Promise<OpenSubgraph> => {
  const { database, ports, logger } = services;
  const { signals, broker } = ports;
  // The first text compiles every pattern: before ready is said, not while somebody waits for a token.
  await screenText('Hello', 'INPUT');
  await using opened = new AsyncDisposableStack();
  const thresholds = opened.use(await openTenantThresholds(database, signals));
  const screening = { database, signals, thresholds };
  const results = opened.use(await consumeResults(screening, broker, services.databaseWatch));
  const subgraph = opened.use(
    await serveSubgraph({
      name: 'safety',
      schema: createSafetySchema(),
      createContext: (identity) => ({
        ...screening,
        identity,
        verdicts: createVerdictLoader(database, identity.tenantId),
      }),
      verifyIdentity: services.verifyIdentity,
      access: services.access,
      host: services.host,
      port: services.port,
      checks: {
        database: () => database.ping(),
        broker: { optional: () => broker.ping() },
        results: () => results.ping(),
      },
      logger,
    }),
  );
  const closing = opened.move();
  return { url: subgraph.url, [Symbol.asyncDispose]: () => closing.disposeAsync() };
};
