/** Runs the conversations subgraph as a separate process. */
import { runSubgraph } from '#kernel/subgraph-server/run-subgraph.ts';
import { conversationsConfig } from './config.ts';
import { conversationsTables } from './entities.ts';
import { openConversations } from './service.ts';

await runSubgraph({
  name: 'conversations',
  environment: process.env,
  shape: conversationsConfig,
  schema: conversationsTables,
  open: openConversations,
});
