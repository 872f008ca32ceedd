/** Runs the knowledge subgraph as a separate process. */
import { readModelsFile } from '#kernel/catalogue/models-file.ts';
import { createEmbedders } from '#kernel/embedding/embedders.ts';
import { runSubgraph } from '#kernel/subgraph-server/run-subgraph.ts';
import { knowledgeConfig } from './config.ts';
import { knowledgeTables } from './entities.ts';
import { openKnowledge } from './service.ts';

await runSubgraph({
  name: 'knowledge',
  environment: process.env,
  shape: knowledgeConfig,
  schema: knowledgeTables,
  open: async (services, config) => {
    await using opened = new AsyncDisposableStack();
    const embedders = opened.use(createEmbedders(config, await readModelsFile(config.MODELS_FILE), process.env));
    const subgraph = opened.use(await openKnowledge(services, { ...config, embedders, reranking: config }));
    const closing = opened.move();
    return { url: subgraph.url, [Symbol.asyncDispose]: () => closing.disposeAsync() };
  },
});
