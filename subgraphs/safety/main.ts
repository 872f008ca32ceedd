/** Runs the safety subgraph as a separate process. */
import { runSubgraph } from '#kernel/subgraph-server/run-subgraph.ts';
import { safetyConfig } from './config.ts';
import { safetyTables } from './entities.ts';
import { openSafety } from './service.ts';

await runSubgraph({
  name: 'safety',
  environment: process.env,
  shape: safetyConfig,
  schema: safetyTables,
  open: openSafety,
});
