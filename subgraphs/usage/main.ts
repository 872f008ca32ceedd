/** Usage as a process of its own. */
import { runSubgraph } from '#kernel/subgraph-server/run-subgraph.ts';
import { usageConfig } from './config.ts';
import { usageTables } from './entities.ts';
import { seedDevelopment } from './seed-development.ts';
import { openUsage } from './service.ts';

await runSubgraph({
  name: 'usage',
  environment: process.env,
  shape: usageConfig,
  schema: usageTables,
  open: async (services, config) => {
    if (config.SEED_DEVELOPMENT) await seedDevelopment(services.database);
    return openUsage(services, {
      reservationTtlSeconds: config.RESERVATION_TTL_SECONDS,
      reservationSweepSeconds: config.RESERVATION_SWEEP_SECONDS,
      conversationsUrl: () => config.CONVERSATIONS_URL,
    });
  },
});
