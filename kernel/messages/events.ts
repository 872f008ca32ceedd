/**
 * What workers publish on the `events` exchange, by routing key. Consumers are idempotent: each body names what it is
 * about, and the same event may arrive twice. Invariant: every count and time in what was parsed can be stored and
 * shown as it is.
 */
import { z } from 'zod';
import { pools } from '../broker/topology.ts';
import { finishReasons, toolCallRecordSchema } from '../stream-log/stream-event.ts';
import { priceSchema, replyJobSchema } from './generation-job.ts';

/** The greatest number that a GraphQL Int and a column of type integer hold. */
const greatest = 2_147_483_647;
/**
 * A number that no consumer can keep becomes the nearest one that it can: a wrong figure must not keep a conversation
 * from its end.
 */
const bounded = (most: number, whole: boolean) =>
  z.preprocess((value) => {
    if (typeof value !== 'number' || Number.isNaN(value)) return value;
    const within = Math.min(most, Math.max(0, value));
    return whole ? Math.round(within) : within;
  }, z.number().min(0).max(most));
const tokens = bounded(greatest, true);
const milliseconds = bounded(greatest, false);

/**
 * Tokens of one generation. `source` says who counted: the provider, or our tokenizer where the provider gave none or
 * said what cannot be.
 */
const tokenUsageSchema = z.object({
  inputTokens: tokens,
  cachedInputTokens: tokens,
  outputTokens: tokens,
  reasoningTokens: tokens,
  source: z.enum(['PROVIDER', 'COUNTED']),
});
export type TokenUsage = z.infer<typeof tokenUsageSchema>;

/**
 * One model's part in an answer: an attempt whose worker was lost, a model that failed in the middle, the one that
 * ended it.
 */
const replyShareSchema = z.object({
  attempt: z.int().positive(),
  modelId: z.string(),
  provider: z.string(),
  price: priceSchema,
  usage: tokenUsageSchema,
  /** Whether what it said is in the text that clients kept; else it was reset. */
  inAnswer: z.boolean(),
});
export type ReplyShare = z.infer<typeof replyShareSchema>;

/**
 * Whose fault it is that a model gave no reply: of what it was asked (refused, too long), or of who should have
 * replied.
 */
export const faultOrigins = ['PROVIDER', 'REQUEST'] as const;
export type FaultOrigin = (typeof faultOrigins)[number];

/** A model that was given up in one attempt, however the answer ended. */
const modelFailureSchema = z.object({
  modelId: z.string(),
  code: z.string(),
  /** Absent from older workers: then the code decides. */
  origin: z.enum(faultOrigins).optional(),
  /** Milliseconds from the request to its first text; absent where it said nothing. */
  firstTokenMs: milliseconds.optional(),
  /** Milliseconds that it was asked for, tries included. */
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

/** Why a generation failed, for people: a code of kernel/errors.ts and a sentence. */
const failureSchema = z.object({ code: z.string(), message: z.string(), retryable: z.boolean() });

/** Routing key `message.finished`, id = log id. Published, and confirmed, before the terminal event is appended. */
export const messageFinishedSchema = z.object({
  ...generationResult,
  status: z.enum(['COMPLETED', 'PARTIAL', 'CANCELLED', 'FAILED']),
  finishReason: z.enum(finishReasons),
  /** The whole text that clients saw. */
  text: z.string(),
  /** Calls of tools in the order of their start, without what a reset voided; absent where there was none. */
  toolCalls: z.array(toolCallRecordSchema).optional(),
  /** Whoever said something, in this order. `usage` above is that of the last one alone. */
  parts: z.array(replyShareSchema).optional(),
  /** Models that failed in this attempt, in this order; the one that ended it is the last where it failed too. */
  modelFailures: z.array(modelFailureSchema).optional(),
  /** seq that the terminal event has in the log. */
  lastSeq: z.int().positive(),
  failure: failureSchema.optional(),
});
export type MessageFinished = z.infer<typeof messageFinishedSchema>;

/** Routing key `conversation.titled`, id = the job's message id. */
export const conversationTitledSchema = z.object({ ...generationResult, title: z.string() });
export type ConversationTitled = z.infer<typeof conversationTitledSchema>;

/**
 * Routing key `job.returned`, id = log id: a reply job that a worker did not run, because an earlier delivery of
 * it may have ended the answer and the log that would tell is gone. Conversations knows by the answer's row: it drops
 * the job or publishes it again.
 */
export const jobReturnedSchema = replyJobSchema.required({ deliveredBefore: true });
export type JobReturned = z.infer<typeof jobReturnedSchema>;

/**
 * Routing key `job.failed`, id = log id: a reply job that no worker can run, because its body cannot be read or
 * running it fails in this program. Conversations ends its reply.
 */
export const jobFailedSchema = z.object({
  tenantId: z.string(),
  conversationId: z.string(),
  messageId: z.string(),
  failure: failureSchema,
});
export type JobFailed = z.infer<typeof jobFailedSchema>;

/**
 * Routing key `worker.announced`: what a worker can serve, at its start and every `announceEveryMs`. A model that
 * nobody announced for `announcementTtlMs` is not routed to.
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
