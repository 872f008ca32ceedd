/**
 * Opens the models service: seeds the catalogue from the models file, keeps it in memory, consumes the results of
 * workers and serves the subgraph. On closing, requests stop first, then the consumer, then the catalogue and tenants'
 * terms.
 */
import type { ModelsFile } from '#kernel/catalogue/models-file.ts';
import { createMcpTokens } from '#kernel/mcp/access-tokens.ts';
import type { Sealer } from '#kernel/sealing/sealer.ts';
import { createSubgraphClient } from '#kernel/subgraph-client/subgraph-client.ts';
import type { OpenSubgraph, SubgraphServices } from '#kernel/subgraph-server/run-subgraph.ts';
import { serveSubgraph } from '#kernel/subgraph-server/serve-subgraph.ts';
import { createHostResolver } from '#kernel/tool-connections/resolve-host.ts';
import { createToolAgent } from '#kernel/tool-connections/tool-agent.ts';
import { openCatalogue } from './catalogue/catalogue.ts';
import { createPriceHistory } from './catalogue/price-history.ts';
import { seedCatalogue } from './catalogue/seed-catalogue.ts';
import { createFigureChanges } from './catalogue/watch-models.ts';
import type { McpConnections } from './mcp/list-tools.ts';
import { watchMcpServers } from './mcp/watch-servers.ts';
import { consumeResults } from './results/consume-results.ts';
import { createRouting } from './routing/route-message.ts';
import { openTenantTerms } from './routing/tenant-terms.ts';
import { createModelsSchema } from './schema.ts';
import { sealStoredSecrets } from './tools/seal-stored-secrets.ts';

export interface ModelsOptions {
  readonly modelsFile: ModelsFile;
  /** The usage subgraph, which has each tenant's plan. */
  readonly usageUrl: string;
  /** Of the secrets of tools. */
  readonly sealer: Sealer;
  /** Hosts of MCP servers that need no public address (kernel/tool-connections). */
  readonly privateToolHosts: readonly string[];
  /** Most characters of one message (`MAX_CONTENT_LENGTH`). */
  readonly maxContentLength: number;
}

const openMcpConnections = (opened: AsyncDisposableStack, privateHosts: readonly string[]): McpConnections => {
  const resolver = opened.use(createHostResolver());
  const dispatcher = createToolAgent(privateHosts, resolver);
  opened.defer(() => dispatcher.destroy());
  return { dispatcher, tokens: createMcpTokens(dispatcher) };
};

export const openModels = async (services: SubgraphServices, options: ModelsOptions): Promise<OpenSubgraph> => {
  const { database, ports, logger } = services;
  const { signals, broker } = ports;
  const { modelsFile, sealer } = options;
  await seedCatalogue(database, modelsFile);
  await sealStoredSecrets({ database, sealer, logger });
  await using opened = new AsyncDisposableStack();
  const catalogue = opened.use(await openCatalogue({ database, modelsFile, signals, logger }));
  const usage = opened.use(createSubgraphClient('models', options.usageUrl, services.signIdentity));
  const tenantTerms = opened.use(await openTenantTerms({ database, usage, signals }));
  const routing = createRouting(catalogue, tenantTerms);
  const mcp = { database, signals, sealer, mcp: openMcpConnections(opened, options.privateToolHosts) };
  opened.use(watchMcpServers(mcp, logger));
  const figureChanges = opened.use(createFigureChanges(signals, logger));
  const results = opened.use(
    await consumeResults({
      broker,
      signals,
      database,
      modelsFile,
      catalogue,
      figureChanges,
      logger,
      stores: services.databaseWatch,
    }),
  );
  const subgraph = opened.use(
    await serveSubgraph({
      name: 'models',
      schema: createModelsSchema(),
      createContext: (identity) => ({
        identity,
        database,
        signals,
        catalogue,
        modelsFile,
        routing,
        maxContentLength: options.maxContentLength,
        mcp,
        prices: createPriceHistory(database, identity.tenantId),
        sealer,
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
