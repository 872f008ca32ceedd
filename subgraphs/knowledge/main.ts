/** Runs the knowledge subgraph as a separate process. */
import { runSubgraph } from '#kernel/subgraph-server/run-subgraph.ts';
import { knowledgeConfig } from './config.ts';
import { knowledgeTables } from './entities.ts';
import { openKnowledge } from './service.ts';

await runSubgraph({
  name: 'knowledge',
  environment: process.env,
  shape: knowledgeConfig,
  schema: knowledgeTables,
  open: openKnowledge,
});
