/** The five subgraphs of the standalone, each with the addresses of those that it calls. */
import type { ModelsFile } from '#kernel/catalogue/models-file.ts';
import type { Embedders } from '#kernel/embedding/embedders.ts';
import type { Sealer } from '#kernel/sealing/sealer.ts';
import type { SubgraphServices } from '#kernel/subgraph-server/run-subgraph.ts';
import { openConversations } from '../subgraphs/conversations/service.ts';
import { openKnowledge } from '../subgraphs/knowledge/service.ts';
import { openModels } from '../subgraphs/models/service.ts';
import { openSafety } from '../subgraphs/safety/service.ts';
import { openUsage } from '../subgraphs/usage/service.ts';
import type { StandaloneConfig } from './config.ts';

export interface SubgraphsOptions {
  readonly config: StandaloneConfig;
  readonly modelsFile: ModelsFile;
  readonly embedders: Embedders;
  /** Seals the secrets of tools. */
  readonly sealer: Sealer;
}

export const openSubgraphs = async (services: SubgraphServices, options: SubgraphsOptions) => {
  const { config, modelsFile, sealer, embedders } = options;
  await using opened = new AsyncDisposableStack();
  let conversationsUrl: string | undefined;
  const usage = opened.use(
    await openUsage(services, {
      conversationsUrl: () => conversationsUrl,
      storagePrice: config.STORAGE_PRICE_GB_MONTH,
      reservationTtlSeconds: config.RESERVATION_TTL_SECONDS,
      reservationSweepSeconds: config.RESERVATION_SWEEP_SECONDS,
    }),
  );
  const safety = opened.use(await openSafety(services, config));
  const knowledge = opened.use(
    await openKnowledge(services, { ...config, embedders, reranking: config, USAGE_URL: usage.url }),
  );
  const models = opened.use(
    await openModels(services, {
      ...{ modelsFile, sealer },
      privateToolHosts: config.TOOL_PRIVATE_HOSTS,
      usageUrl: usage.url,
      maxContentLength: config.MAX_CONTENT_LENGTH,
    }),
  );
  const conversations = opened.use(
    await openConversations(services, {
      ...config,
      USAGE_URL: usage.url,
      SAFETY_URL: safety.url,
      MODELS_URL: models.url,
      KNOWLEDGE_URL: knowledge.url,
    }),
  );
  conversationsUrl = conversations.url;
  const closing = opened.move();
  const urls = {
    conversations: conversations.url,
    models: models.url,
    usage: usage.url,
    safety: safety.url,
    knowledge: knowledge.url,
  };
  return { urls, [Symbol.asyncDispose]: () => closing.disposeAsync() };
};
