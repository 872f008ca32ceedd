/** Usage as a process of its own. */
import { runRoom } from '#kernel/subgraph/room.ts';
import { usageConfig } from './config.ts';
import { openUsage, usageSchema } from './room.ts';
import { seedDevelopment } from './seed-development.ts';

await runRoom({
  name: 'usage',
  environment: process.env,
  shape: usageConfig,
  schema: usageSchema,
  open: async (services, config) => {
    if (config.SEED_DEVELOPMENT) await seedDevelopment(services.database);
    return openUsage(services, {
      reservationTtlSeconds: config.RESERVATION_TTL_SECONDS,
      reservationSweepSeconds: config.RESERVATION_SWEEP_SECONDS,
      conversationsUrl: () => config.CONVERSATIONS_URL,
    });
  },
});
