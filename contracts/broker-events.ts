/**
 * The events that workers, usage and knowledge publish on the `events` exchange, by routing key. The same event may
 * arrive twice, so each body names its subject and consumers are idempotent. Invariant: every parsed count and time can
 * be stored and shown without a change.
 */
import { z } from 'zod';
import { fileFailureCodes, fileKinds } from './files.ts';
import { filesReleasedSchema } from './files-released.ts';
import { priceSchema, replyJobSchema } from './generation-job.ts';
import { pools } from './pools.ts';
import { reuseLevers } from './reuse.ts';
import { storageMeasuredSchema } from './storage-measured.ts';
import { askedToolCallSchema, finishReasons, maxReasoningCharacters, toolCallRecordSchema } from './stream-event.ts';
import { count, milliseconds, tokens, tokenUsageSchema } from './token-usage.ts';

/**
 * One model's share of a reply: of an attempt whose worker was lost, of a model that failed in the middle, or of the
 * model that ended the reply.
 */
const replyShareSchema = z.object({
  attempt: z.int().positive(),
  modelId: z.string(),
  provider: z.string(),
  price: priceSchema,
  usage: tokenUsageSchema,
  /** Whether its text is in the reply; otherwise a reset has voided it. */
  inAnswer: z.boolean(),
});
export type ReplyShare = z.infer<typeof replyShareSchema>;

/**
 * The cause of a failure: the request (refused, too long) or the provider.
 */
export const faultOrigins = ['PROVIDER', 'REQUEST'] as const;
export type FaultOrigin = (typeof faultOrigins)[number];

/** A model that failed in one attempt, however the reply ended. */
const modelFailureSchema = z.object({
  modelId: z.string(),
  code: z.string(),
  /** Absent in events of older workers; then the code decides. */
  origin: z.enum(faultOrigins).optional(),
  /** Milliseconds from the request to the first text; absent where there was none. */
  firstTokenMs: milliseconds.optional(),
  /** Milliseconds from the first request to the failure, retries included. */
  durationMs: milliseconds,
});
export type ModelFailure = z.infer<typeof modelFailureSchema>;

const generationResult = {
  tenantId: z.string(),
  userId: z.string(),
  conversationId: z.string(),
  messageId: z.string(),
  /** Of the job; absent where it is `messageId`. */
  logId: z.string().optional(),
  attempt: z.int().positive(),
  /** Absent when no model was called. */
  modelId: z.string().optional(),
  pool: z.enum(pools).optional(),
  provider: z.string().optional(),
  price: priceSchema.optional(),
  usage: tokenUsageSchema,
  /** Milliseconds. */
  queueWaitMs: milliseconds,
  firstTokenMs: milliseconds.optional(),
  durationMs: milliseconds,
};

/** The prompt of the last request for a reply, beside the window of the model that was asked. */
const promptFillSchema = z.object({
  /** Of the whole prompt, as the provider or the worker counted them. */
  tokens,
  /** Tokens that prompt and reply may have together. */
  contextWindow: tokens,
  /** Messages of the history that did not fit. */
  droppedMessages: tokens,
});
export type PromptFill = z.infer<typeof promptFillSchema>;
/** The part of caches in a reply. */
const reuseResultSchema = z.object({
  /** The caches that were asked. */
  asked: z.array(z.enum(reuseLevers)),
  /** The reply that was served; absent where a model was asked. */
  served: z
    .object({
      lever: z.enum(reuseLevers),
      /** The message that it was written for. */
      messageId: z.string(),
      /** What it cost then, and so what was saved. */
      usage: tokenUsageSchema,
      price: priceSchema,
    })
    .optional(),
});
export type ReuseResult = z.infer<typeof reuseResultSchema>;

/** Why a generation failed, for people: a code of error-codes.ts and a sentence. */
const failureSchema = z.object({ code: z.string(), message: z.string(), retryable: z.boolean() });

/** Routing key `message.finished`, id = log id. Published and confirmed before the terminal event is appended. */
export const messageFinishedSchema = z.object({
  ...generationResult,
  status: z.enum(['COMPLETED', 'PARTIAL', 'CANCELLED', 'FAILED']),
  finishReason: z.enum(finishReasons),
  /** The whole text that clients saw. */
  text: z.string(),
  /** What clients saw of the model's thinking; absent where there was none. */
  reasoning: z
    .string()
    .transform((reasoning) => reasoning.slice(0, maxReasoningCharacters).toWellFormed())
    .optional(),
  /** Tool calls in the order of their start, without those that a reset voided; absent where there were none. */
  toolCalls: z.array(toolCallRecordSchema).optional(),
  /** The models that wrote text, in order. `usage` above is that of the last one only. */
  parts: z.array(replyShareSchema).optional(),
  /** The models that failed in this attempt, in order; the last one may be the one that ended it. */
  modelFailures: z.array(modelFailureSchema).optional(),
  /** How full the window was. Absent in results of older workers, and where no model was asked. */
  prompt: promptFillSchema.optional(),
  /** Absent where no cache was asked. */
  reuse: reuseResultSchema.optional(),
  /** seq of the terminal event in the log. */
  lastSeq: z.int().positive(),
  failure: failureSchema.optional(),
});
export type MessageFinished = z.infer<typeof messageFinishedSchema>;

/** Routing key `conversation.titled`, id = the job's message id. */
export const conversationTitledSchema = z.object({ ...generationResult, title: z.string() });
export type ConversationTitled = z.infer<typeof conversationTitledSchema>;

/** Characters of a summary, at most. */
export const maxSummaryCharacters = 16_000;

/**
 * Routing key `conversation.summarised`, id = the job's message id: a summary of whole turns. Where no model gave a
 * usable one, nothing is published.
 */
export const conversationSummarisedSchema = z.object({
  ...generationResult,
  /** The last message that the summary covers; it covers all messages above it too. */
  lastMessageId: z.uuid(),
  promptVersion: z.int().positive(),
  summary: z.string().min(1).max(maxSummaryCharacters),
  /** Tokens of the summary. */
  summaryTokens: tokens,
});
export type ConversationSummarised = z.infer<typeof conversationSummarisedSchema>;

/**
 * Routing key `job.returned`, id = log id: a reply job that a worker did not run, because an earlier delivery may have
 * ended the reply and the log that would show it is gone. Conversations looks at the reply's row: it drops the job or
 * publishes it again.
 */
export const jobReturnedSchema = replyJobSchema.required({ deliveredBefore: true });
export type JobReturned = z.infer<typeof jobReturnedSchema>;

/**
 * Routing key `reply.parked`, id = log id: a reply whose calls of tools wait for a person. No worker runs it until
 * conversations publishes the job again, with the decisions. Published by each worker that finds the calls undecided.
 */
export const replyParkedSchema = replyJobSchema.required({ parked: true }).extend({
  /** The calls that wait, with the ids that they have in the log. */
  calls: z.array(askedToolCallSchema).min(1),
});
export type ReplyParked = z.infer<typeof replyParkedSchema>;

/**
 * Routing key `job.failed`, id = log id: a reply job that no worker can run, because its body cannot be read or
 * running it fails. Conversations ends its reply.
 */
export const jobFailedSchema = z.object({
  tenantId: z.string(),
  conversationId: z.string(),
  messageId: z.string(),
  failure: failureSchema,
});
export type JobFailed = z.infer<typeof jobFailedSchema>;

/**
 * Routing key `reply.blocked`, id = a fresh one: something of a reply was held back, because the screening blocks it.
 * Published and confirmed before the reply ends. The only event with text that nobody was shown: safety keeps it in a
 * case.
 */
export const replyBlockedSchema = z.object({
  tenantId: z.string(),
  userId: z.string(),
  conversationId: z.string(),
  messageId: z.string(),
  categories: z.array(z.object({ category: z.string(), score: z.number().min(0).max(1) })),
  /** Of the rules. */
  version: z.string(),
  /** The end of what was shown, and what was held back. */
  excerpt: z.string(),
});
export type ReplyBlocked = z.infer<typeof replyBlockedSchema>;

/**
 * Routing key `worker.announced`: the models that a worker serves, published at its start and every `announceEveryMs`.
 * Routing leaves out a model that no worker has announced for `announcementTtlMs`.
 */
export const workerAnnouncedSchema = z.object({
  workerId: z.string(),
  /** Empty when the worker stops. */
  models: z.array(z.object({ modelId: z.string(), provider: z.string(), pool: z.enum(pools) })),
});
export type WorkerAnnounced = z.infer<typeof workerAnnouncedSchema>;
export const announceEveryMs = 15_000;
/** Three missed announcements. */
export const announcementTtlMs = 45_000;

/** What a worker found in a file. */
const ingestedContentSchema = z.object({
  /** By its content. */
  mediaType: z.string(),
  kind: z.enum(fileKinds),
  /** Null where the file has no pages. */
  pageCount: count.nullable(),
  /** Characters of the extracted text; null where none was extracted, and there is no such blob. */
  textLength: count.nullable(),
  hasPreview: z.boolean(),
});

/**
 * Routing key `file.ingested`, id = the file's: a worker has looked at an upload. The blobs of `contracts/blob-keys.ts`
 * are written before. May come twice, with the same content.
 */
export const fileIngestedSchema = z.object({
  tenantId: z.uuid(),
  fileId: z.uuid(),
  userId: z.uuid(),
  /** Present unless it failed. */
  content: ingestedContentSchema.optional(),
  /** Why the file cannot be used, with a sentence for people. */
  failure: z.object({ code: z.enum(fileFailureCodes), message: z.string() }).optional(),
});
export type FileIngested = z.infer<typeof fileIngestedSchema>;

/**
 * Routing key `document.embedded`, id = the index's: a worker has cut a document into passages, or could not. The blob
 * (embed-job.ts) is written before. May come twice; the ledger has one line for an index.
 */
export const documentEmbeddedSchema = z.object({
  tenantId: z.uuid(),
  userId: z.uuid(),
  fileId: z.uuid(),
  indexId: z.uuid(),
  /** Absent where passages have no vectors. */
  model: z.string().optional(),
  /** Numbers of each vector; 0 where there are none. */
  dimensions: count,
  chunkCount: count,
  tokens,
  /** USD for a million tokens, an exact decimal. */
  price: z.string(),
  durationMs: milliseconds,
  /** Present where it failed, for people. */
  failure: z.string().optional(),
});
export type DocumentEmbedded = z.infer<typeof documentEmbeddedSchema>;

/**
 * Routing key `user.deleted`, id = a fresh one: an administrator has deleted a user. Whoever has data of the user
 * deletes what was stored until `before`. Published twice: at once, and later for what requests that were under way
 * then have stored.
 */
export const userDeletedSchema = z.object({ tenantId: z.uuid(), userId: z.uuid(), before: z.iso.datetime() });
export type UserDeleted = z.infer<typeof userDeletedSchema>;

/** The schema of each event, by its routing key. */
export const brokerEventSchemas = {
  'message.finished': messageFinishedSchema,
  'conversation.titled': conversationTitledSchema,
  'conversation.summarised': conversationSummarisedSchema,
  'job.returned': jobReturnedSchema,
  'reply.parked': replyParkedSchema,
  'job.failed': jobFailedSchema,
  'reply.blocked': replyBlockedSchema,
  'worker.announced': workerAnnouncedSchema,
  'file.ingested': fileIngestedSchema,
  'document.embedded': documentEmbeddedSchema,
  'storage.measured': storageMeasuredSchema,
  'user.deleted': userDeletedSchema,
  'files.released': filesReleasedSchema,
} as const;

/** The events, by their routing keys. */
export type BrokerEvents = {
  readonly [Key in keyof typeof brokerEventSchemas]: z.infer<(typeof brokerEventSchemas)[Key]>;
};
