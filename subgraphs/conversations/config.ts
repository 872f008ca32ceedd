/** The environment of the conversations process. */
import { z } from 'zod';
import { subgraphEnvironment } from '#kernel/subgraph-server/run-subgraph.ts';

/** Variables that only this subgraph reads. */
export const conversationsEnvironment = {
  DELETED_CONVERSATION_DAYS: z.coerce
    .number()
    .int()
    .min(0)
    .max(36_500)
    .default(30)
    .describe(
      'Days for which a deleted conversation can be restored. Then it is purged for good, with the files that no other conversation and no collection has, unless it is under a legal hold. 0: never.',
    ),
  MAX_CONTENT_LENGTH: z.coerce.number().int().positive().default(100_000).describe('Most characters of one message.'),
  MAX_QUEUED: z.coerce
    .number()
    .int()
    .positive()
    .default(1_000)
    .describe('Jobs that may wait in one pool. Beyond that, sends are refused with OVERLOADED.'),
  MAX_STORED_BYTES: z.coerce
    .number()
    .int()
    .positive()
    .default(10_737_418_240)
    .describe(
      'Bytes of messages and instructions that one tenant may store. Beyond that, sends are refused with QUOTA_EXCEEDED.',
    ),
  STREAM_PERSISTENCE: z
    .enum(['text', 'all'])
    .default('text')
    .describe(
      'What is kept of a reply for good: its text, or also every event of its stream, so that clients can resume event by event after the log of the reply has expired (one hour).',
    ),
  SUMMARISE_AT_PERCENT: z.coerce
    .number()
    .int()
    .min(0)
    .max(100)
    .default(70)
    .describe(
      "Percent of a model's window that a prompt may fill before older turns are summarised for the prompts after it. 0: never.",
    ),
  TOOL_DECISION_SECONDS: z.coerce
    .number()
    .int()
    .positive()
    .max(86_400)
    .default(3_600)
    .describe(
      'Seconds for which a call of a tool waits until the user allows it. Then it is denied, and the reply goes on.',
    ),
  WORKER_VANISHED_AFTER_MS: z.coerce
    .number()
    .int()
    .positive()
    .default(900_000)
    .describe(
      'Milliseconds after which a generation without a worker fails with WORKER_LOST. Must exceed the longest wait in a queue.',
    ),
};

export const conversationsConfig = z.object({
  ...subgraphEnvironment,
  ...conversationsEnvironment,
  USAGE_URL: z.url().describe('URL of the usage subgraph, http://host:port/graphql.'),
  SAFETY_URL: z.url().describe('URL of the safety subgraph, http://host:port/graphql.'),
  MODELS_URL: z.url().describe('URL of the models subgraph, http://host:port/graphql.'),
  KNOWLEDGE_URL: z
    .url()
    .describe('URL of the knowledge subgraph, http://host:port/graphql: files, and documents that replies draw on.'),
});
export type ConversationsConfig = z.infer<typeof conversationsConfig>;
