/** The environment of the conversations process. */
import { z } from 'zod';
import { subgraphEnvironment } from '#kernel/subgraph-server/run-subgraph.ts';

/** Variables that only this subgraph reads. */
export const conversationsEnvironment = {
  MAX_CONTENT_LENGTH: z.coerce
    .number()
    .int()
    .positive()
    .default(100_000)
    .describe('Characters that one message may have.'),
  MAX_QUEUED: z.coerce
    .number()
    .int()
    .positive()
    .default(1_000)
    .describe('Jobs that may wait in one pool before sends are refused with OVERLOADED.'),
  MAX_STORED_BYTES: z.coerce
    .number()
    .int()
    .positive()
    .default(10_737_418_240)
    .describe(
      'Bytes of messages and instructions that one tenant may store; then sends are refused with QUOTA_EXCEEDED.',
    ),
  STREAM_PERSISTENCE: z
    .enum(['text', 'all'])
    .default('text')
    .describe(
      'What is kept of an answer for good: its text, or every event of its stream too, for resuming event by event after the hour of its log.',
    ),
  WORKER_VANISHED_AFTER_MS: z.coerce
    .number()
    .int()
    .positive()
    .default(900_000)
    .describe(
      'Milliseconds after which a generation without a worker fails with WORKER_LOST. Longer than the longest wait in a queue.',
    ),
};

export const conversationsConfig = z.object({
  ...subgraphEnvironment,
  ...conversationsEnvironment,
  USAGE_URL: z.url().describe('Subgraph of usage, http://host:port/graphql.'),
  SAFETY_URL: z.url().describe('Subgraph of safety, http://host:port/graphql.'),
  MODELS_URL: z.url().describe('Subgraph of models, http://host:port/graphql.'),
});
export type ConversationsConfig = z.infer<typeof conversationsConfig>;
