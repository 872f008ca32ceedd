/**
 * Opens the safety service, which screens people's messages before admission and models' replies after their end, keeps
 * the policy of each tenant, and serves the subgraph. On closing, requests stop first, then the consumer, then the
 * remembered policies.
 */

import { screenText } from '#contracts/moderation/screen-text.ts';
import { createDetectors, type DetectorConfig, noDetectors } from '#kernel/screening/detectors.ts';
import type { OpenSubgraph, SubgraphServices } from '#kernel/subgraph-server/run-subgraph.ts';
import { serveSubgraph } from '#kernel/subgraph-server/serve-subgraph.ts';
import { consumeDeletions } from './deletions/consume-deletions.ts';
import { createSafetySchema } from './schema.ts';
import { consumeResults } from './verdicts/consume-results.ts';
import { createVerdictLoader } from './verdicts/load-verdicts.ts';
import { openTenantPolicies } from './verdicts/tenant-policies.ts';

/** @param config default: no detectors */
export const openSafety = async (services: SubgraphServices, config?: DetectorConfig): Promise<OpenSubgraph> => {
  const { database, ports, logger } = services;
  const { signals, broker, replyCache } = ports;
  const detectors = config === undefined ? noDetectors : createDetectors(config);
  // The first text compiles every pattern. Doing it now keeps it off the path to a first token.
  await screenText('Hello', 'INPUT');
  await using opened = new AsyncDisposableStack();
  const policies = opened.use(await openTenantPolicies(database, signals));
  const screening = { database, signals, policies, detectors, logger };
  const results = opened.use(await consumeResults({ ...screening, replyCache }, broker, services.databaseWatch));
  opened.use(await consumeDeletions(database, broker, services.databaseWatch));
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
      accessTokens: services.accessTokens,
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
