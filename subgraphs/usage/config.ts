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
      'Seconds that tokens stay reserved for a generation that is not heard of. Longer than the longest wait and answer; a later end is still billed.',
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
  .object({ ...subgraphEnvironment, ...usageOwnEnvironment })
  .refine((config) => !(config.SEED_DEVELOPMENT && config.NODE_ENV === 'production'), {
    path: ['SEED_DEVELOPMENT'],
    message: 'must not be on where NODE_ENV is production',
  });
