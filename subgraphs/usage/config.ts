/** The environment of the usage subgraph. */
import { z } from 'zod';
import { subgraphEnvironment } from '#kernel/subgraph-server/run-subgraph.ts';

/** Variables of usage itself: for every process that opens the subgraph. */
export const usageOwnEnvironment = {
  RESERVATION_TTL_SECONDS: z.coerce
    .number()
    .positive()
    .default(900)
    .describe(
      'Seconds after which what was reserved for a turn that was never stored is given back. What is reserved for a reply stays until that ends.',
    ),
  RESERVATION_SWEEP_SECONDS: z.coerce
    .number()
    .positive()
    .default(30)
    .describe('Seconds between two looks for reservations that expired.'),
  SEED_DEVELOPMENT: z
    .stringbool()
    .default(false)
    .describe('Makes the tenants and users that development tokens name. Refused where NODE_ENV is production.'),
};

export const usageConfig = z
  .object({
    ...subgraphEnvironment,
    ...usageOwnEnvironment,
    CONVERSATIONS_URL: z
      .url()
      .describe('Subgraph of conversations, http://host:port/graphql. Asked which replies have not ended.'),
  })
  .refine((config) => !(config.SEED_DEVELOPMENT && config.NODE_ENV === 'production'), {
    path: ['SEED_DEVELOPMENT'],
    message: 'must not be on where NODE_ENV is production',
  });
