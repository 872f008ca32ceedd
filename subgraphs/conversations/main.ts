/** Runs the conversations room as a process of its own. */
import { runRoom } from '#kernel/subgraph/room.ts';
import { conversationsConfig } from './config.ts';
import { conversationsSchema } from './entities.ts';
import { openConversations } from './room.ts';

await runRoom({
  name: 'conversations',
  environment: process.env,
  shape: conversationsConfig,
  schema: conversationsSchema,
  open: openConversations,
});
