/** The models room as a process of its own. */
import { readModelsFile } from '#kernel/catalogue/models-file.ts';
import { runRoom } from '#kernel/subgraph/room.ts';
import { modelsConfig } from './config.ts';
import { modelsSchema, openModels } from './room.ts';

await runRoom({
  name: 'models',
  environment: process.env,
  shape: modelsConfig,
  schema: modelsSchema,
  open: async (services, config) =>
    openModels(services, { modelsFile: await readModelsFile(config.MODELS_FILE), usageUrl: config.USAGE_URL }),
});
