/** Runs the models subgraph as a separate process. */
import { readModelsFile } from '#kernel/catalogue/models-file.ts';
import { createSharedSealer } from '#kernel/sealing/sealer.ts';
import { runSubgraph } from '#kernel/subgraph-server/run-subgraph.ts';
import { modelsConfig } from './config.ts';
import { modelsTables } from './entities.ts';
import { openModels } from './service.ts';

await runSubgraph({
  name: 'models',
  environment: process.env,
  shape: modelsConfig,
  schema: modelsTables,
  open: async (services, config) =>
    openModels(services, {
      modelsFile: await readModelsFile(config.MODELS_FILE),
      usageUrl: config.USAGE_URL,
      maxContentLength: config.MAX_CONTENT_LENGTH,
      sealer: createSharedSealer(config, services.logger),
      privateToolHosts: config.TOOL_PRIVATE_HOSTS,
    }),
});
