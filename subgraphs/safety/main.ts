/** The safety room as a process of its own. */
import { runRoom } from '#kernel/subgraph/room.ts';
import { safetyConfig } from './config.ts';
import { openSafety, safetySchema } from './room.ts';

await runRoom({
  name: 'safety',
  environment: process.env,
  shape: safetyConfig,
  schema: safetySchema,
  open: openSafety,
});
