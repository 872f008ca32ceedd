/** Runs the usage subgraph as a separate process. */
import { runSubgraph } from '#kernel/subgraph-server/run-subgraph.ts';
import { seedDevelopment } from './accounts/seed-development.ts';
import { usageConfig } from './config.ts';
import { usageTables } from './entities.ts';
import { openUsage } from './service.ts';

await runSubgraph({
  name: 'usage',
  environment: process.env,
  shape: usageConfig,
  schema: usageTables,
  open: async (services, config) => {
    if (config.SEED_DEVELOPMENT) await seedDevelopment(services.database);
    return openUsage(services, {
      storagePrice: config.STORAGE_PRICE_GB_MONTH,
      reservationTtlSeconds: config.RESERVATION_TTL_SECONDS,
      reservationSweepSeconds: config.RESERVATION_SWEEP_SECONDS,
      conversationsUrl: () => config.CONVERSATIONS_URL,
    });
  },
});
