/**
 * A conversation as our JSON has it: what an export writes and an import reads. It has everything that a user can read
 * of a conversation: the whole tree, versions included, with tool calls, reasoning, routing and usage. Fields may be
 * added; a reader ignores those that it does not know.
 */
import { z } from 'zod';

export const recordFormat = 'parlance.conversations';
export const recordVersion = 1;

const moment = z.iso.datetime();
const usageSchema = z.record(z.string(), z.json());

export const messageRecordSchema = z.object({
  id: z.string(),
  /** Null at the root. */
  parentId: z.string().nullable(),
  role: z.string(),
  content: z.string(),
  reasoning: z.string().nullish(),
  status: z.string(),
  finishReason: z.string().nullish(),
  /** Of a reply that failed. */
  error: z.object({ code: z.string(), message: z.string(), retryable: z.boolean() }).nullish(),
  modelId: z.string().nullish(),
  responseFormat: z.string().nullish(),
  routing: z.record(z.string(), z.json()).nullish(),
  reuse: z.string().nullish(),
  toolCalls: z.array(z.json()).nullish(),
  /** What `[1]`, `[2]` in the content stand for. */
  citations: z
    .array(
      z.object({
        index: z.int().positive(),
        fileId: z.string(),
        fileName: z.string(),
        page: z.int().nullable(),
        heading: z.string(),
        quote: z.string(),
      }),
    )
    .nullish(),
  /** The files of a question. The archive of everything has them beside the conversations. */
  attachments: z.array(z.object({ fileId: z.string(), name: z.string(), kind: z.string() })).nullish(),
  /** What a reply used and cost, as it was billed. */
  usage: usageSchema.nullish(),
  createdAt: moment,
  completedAt: moment.nullish(),
});
export type MessageRecord = z.infer<typeof messageRecordSchema>;

/** A conversation without its messages, which come after it. */
export const conversationHeadSchema = z.object({
  id: z.string(),
  title: z.string().nullish(),
  modelPolicy: z.string().nullish(),
  systemPrompt: z.string().nullish(),
  budgetUsd: z.string().nullish(),
  pinned: z.boolean().optional(),
  archived: z.boolean().optional(),
  createdAt: moment,
  updatedAt: moment.optional(),
  /** The last message of the current branch. */
  headId: z.string().nullish(),
});
export type ConversationHead = z.infer<typeof conversationHeadSchema>;

/** Each parent stands before its children. */
export const conversationRecordSchema = conversationHeadSchema.extend({ messages: z.array(messageRecordSchema) });
