/** The environment of the usage subgraph. */
import { z } from 'zod';
import { subgraphEnvironment } from '#kernel/subgraph-server/run-subgraph.ts';

/** Variables of every process that opens this subgraph. */
export const usageOwnEnvironment = {
  RESERVATION_TTL_SECONDS: z.coerce
    .number()
    .positive()
    .default(900)
    .describe(
      'Seconds after which a reservation expires whose turn was never stored. A reservation whose reply is stored stays until the reply ends.',
    ),
  RESERVATION_SWEEP_SECONDS: z.coerce
    .number()
    .positive()
    .default(30)
    .describe('Seconds between two sweeps of expired reservations.'),
  STORAGE_PRICE_GB_MONTH: z
    .string()
    .regex(/^\d{1,6}(\.\d{1,12})?$/, 'must be a decimal such as 0.023')
    .default('0')
    .describe(
      'USD that a gigabyte (1,000,000,000 bytes) of files of users costs in a month. It is counted in any case.',
    ),
  SEED_DEVELOPMENT: z
    .stringbool()
    .default(false)
    .describe('Creates the tenants and users of development tokens. Refused when NODE_ENV is production.'),
};

export const usageConfig = z
  .object({
    ...subgraphEnvironment,
    ...usageOwnEnvironment,
    CONVERSATIONS_URL: z
      .url()
      .describe(
        'URL of the conversations subgraph, http://host:port/graphql, which knows the replies that have not ended.',
      ),
  })
  .refine((config) => !(config.SEED_DEVELOPMENT && config.NODE_ENV === 'production'), {
    path: ['SEED_DEVELOPMENT'],
    message: 'must not be on when NODE_ENV is production',
  });
