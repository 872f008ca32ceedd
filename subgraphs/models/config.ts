/** The environment of the models subgraph. */
import { z } from 'zod';
import { sealingEnvironment } from '#kernel/sealing/sealer.ts';
import { subgraphEnvironment } from '#kernel/subgraph-server/run-subgraph.ts';
import { toolHostsEnvironment } from '#kernel/tool-connections/tool-hosts.ts';

export const modelsConfig = z.object({
  ...subgraphEnvironment,
  ...sealingEnvironment,
  ...toolHostsEnvironment,
  MODELS_FILE: z.string().default('models.yaml').describe('The catalogue of providers and models.'),
  MAX_CONTENT_LENGTH: z.coerce.number().int().positive().default(100_000).describe('Most characters of one message.'),
  USAGE_URL: z
    .url({ protocol: /^https?$/ })
    .describe('URL of the usage subgraph, http://host:port/graphql, which has the plan of each tenant.'),
});
