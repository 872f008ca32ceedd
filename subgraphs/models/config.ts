/** The environment of the models room. */
import { z } from 'zod';
import { roomEnvironment } from '#kernel/subgraph/room.ts';

export const modelsConfig = z.object({
  ...roomEnvironment,
  MODELS_FILE: z.string().default('models.yaml').describe('The catalogue of providers and models.'),
  USAGE_URL: z
    .url({ protocol: /^https?$/ })
    .describe('Address of the usage subgraph, http://host:port/graphql. Asked for the plan of a tenant.'),
});
