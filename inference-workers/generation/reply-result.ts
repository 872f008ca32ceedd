/** The result of a reply job, as `message.finished` carries it. */

import type { MessageFinished, ReuseResult } from '#contracts/broker-events.ts';
import { isRetryable } from '#contracts/error-codes.ts';
import { queuedAtOf, type ReplyJob } from '#contracts/generation-job.ts';
import { finishedCalls, finishedReasoning } from '#contracts/sealed-result.ts';
import type { LoadedMessage } from '../attachments/load-attachments.ts';
import type { ModelRegistry } from '../providers/registry.ts';
import type { Candidate } from './candidate.ts';
import type { LogSession } from './log-session.ts';
import { replyShares } from './reply-shares.ts';
import type { WrittenReply } from './write-reply.ts';

const failureOf = ({ status, fault }: WrittenReply): MessageFinished['failure'] => {
  if (status !== 'FAILED') return undefined;
  const { code, message } = fault;
  return { code, message, retryable: isRetryable(code) };
};

const provenanceOf = (candidate: Candidate | undefined) => {
  if (candidate === undefined) return {};
  const { route, served } = candidate;
  return { modelId: route.modelId, pool: served.pool, provider: route.provider, price: route.price };
};

export interface ReplyResultOptions {
  readonly job: ReplyJob;
  /** That of the job, with what its messages carry. */
  readonly history: readonly LoadedMessage[];
  readonly reply: WrittenReply;
  /** What caches had to do with it. */
  readonly reuse: ReuseResult | undefined;
  readonly attempt: number;
  readonly log: Pick<LogSession, 'entries' | 'lastSeq'>;
  readonly registry: ModelRegistry;
  /** Milliseconds since the epoch at which this worker took the job. */
  readonly takenAt: number;
}

/** The terminal event has to be appended at the `lastSeq` of the result. */
export const replyResult = async (options: ReplyResultOptions): Promise<MessageFinished> => {
  const { job, history, reply, reuse, attempt, log, registry, takenAt } = options;
  return {
    tenantId: job.tenantId,
    userId: job.userId,
    conversationId: job.conversationId,
    messageId: job.messageId,
    logId: job.logId,
    attempt,
    ...provenanceOf(reply.lastAsked),
    usage: reply.usage,
    queueWaitMs: Math.max(0, takenAt - queuedAtOf(job)),
    firstTokenMs: reply.firstTokenAt === undefined ? undefined : reply.firstTokenAt - takenAt,
    durationMs: Date.now() - takenAt,
    status: reply.status,
    finishReason: reply.finishReason,
    text: reply.text,
    ...finishedReasoning(reply.reasoning),
    ...finishedCalls(reply.toolCalls),
    parts: await replyShares({ job, history, registry, entries: log.entries, attempt, reply }),
    modelFailures: [...reply.modelFailures],
    prompt: reply.prompt,
    ...(reuse === undefined ? {} : { reuse }),
    lastSeq: log.lastSeq + 1,
    failure: failureOf(reply),
  };
};
