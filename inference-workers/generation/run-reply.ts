/**
 * Runs one reply job from taking over the log to its terminal event. Invariants: the terminal event is appended only
 * after the broker has confirmed `message.finished`, at the seq that it names; the result is sealed in the log before
 * it is published, so that a job has one result, whoever ends it; a writer that was fenced gives up silently; one that
 * hands over leaves no terminal event, so the next worker goes on where it stopped.
 */
import type { Settlement } from '#kernel/broker/broker.ts';
import { isRetryable } from '#kernel/errors.ts';
import type { MessageFinished } from '#kernel/messages/events.ts';
import { type GenerationJob, logIdOfJob } from '#kernel/messages/generation-job.ts';
import { finishedCalls, readSealed, sealResult, terminalEventOf } from '#kernel/messages/sealed-result.ts';
import { FencedError } from '#kernel/stream-log/stream-log.ts';
import { generationDuration, queueWait } from '../metrics.ts';
import type { LeaveSignals } from '../running-jobs.ts';
import { type Answer, answer } from './answer.ts';
import { answerParts } from './answer-parts.ts';
import type { Candidate } from './candidate.ts';
import type { GenerationContext } from './generation-context.ts';
import { openLogSession } from './log-session.ts';
import { publishUntilConfirmed } from './publish-result.ts';
import { takeLog } from './take-log.ts';
import { noteTokens } from './token-usage.ts';

const failureOf = ({ status, fault }: Answer): MessageFinished['failure'] => {
  if (status !== 'FAILED') return undefined;
  const { code, message } = fault;
  return { code, message, retryable: isRetryable(code) };
};

const provenance = (by: Candidate | undefined) =>
  by === undefined
    ? {}
    : {
        modelId: by.candidate.modelId,
        pool: by.served.pool,
        provider: by.candidate.provider,
        price: by.candidate.price,
      };

export interface ReplyOptions extends LeaveSignals {
  readonly job: GenerationJob;
  /** Those of the job's that this worker has; none makes the message fail as MODEL_UNAVAILABLE. */
  readonly candidates: readonly Candidate[];
  /** How often the broker handed out this copy of the job before. */
  readonly redeliveries: number;
}

export const runReply = async (context: GenerationContext, options: ReplyOptions): Promise<Settlement> => {
  const { job, candidates, handOver } = options;
  const { streamLog, settings, logger } = context;
  const takenAt = Date.now();
  const logId = logIdOfJob(job);
  const held = await takeLog(context, { ...options, handOver: AbortSignal.any([handOver, options.stopping]) });
  if (typeof held === 'string') return held;
  const pool = candidates[0]?.served.pool ?? 'none';
  queueWait.observe({ pool }, Math.max(0, takenAt - job.admittedAt) / 1000);
  // The result was published and the log is closed: only the acknowledgement got lost.
  if (held.ended) return 'ack';
  const entries = held.lastSeq === 0 ? [] : await streamLog.entries(logId);

  const stop = new AbortController();
  const lost = new AbortController();
  const abandon = AbortSignal.any([handOver, lost.signal]);
  if (held.stopRequested || job.stopRequested) stop.abort();
  await using session = openLogSession({
    streamLog,
    logId,
    attempt: held.attempt,
    lastSeq: held.lastSeq,
    entries,
    renewEveryMs: settings.renewEveryMs,
    outageMs: settings.logOutageMs,
    onStop: () => stop.abort(),
    onLost: (fault) => lost.abort(fault),
  });
  const generate = async (): Promise<MessageFinished> => {
    // The store has forgotten what clients may have seen: that is void.
    if (entries.length === 0 && held.lastSeq > 0) {
      await session.append([{ type: 'MessageReset', reason: 'WORKER_REPLACED' }]);
    }
    const answered = await answer(context, {
      job,
      attempt: held.attempt,
      candidates,
      log: session,
      stop: stop.signal,
      abandon,
    });
    // Who began to answer is told without waiting: the result has to count that too.
    await session.settled();
    const body: MessageFinished = {
      tenantId: job.tenantId,
      userId: job.userId,
      conversationId: job.conversationId,
      messageId: job.messageId,
      logId: job.logId,
      attempt: held.attempt,
      ...provenance(answered.by),
      usage: answered.usage,
      queueWaitMs: Math.max(0, takenAt - job.admittedAt),
      firstTokenMs: answered.firstTokenAt === undefined ? undefined : answered.firstTokenAt - takenAt,
      durationMs: Date.now() - takenAt,
      status: answered.status,
      finishReason: answered.finishReason,
      text: answered.text,
      ...finishedCalls(answered.toolCalls),
      parts: await answerParts({
        job,
        registry: context.registry,
        entries: session.entries,
        attempt: held.attempt,
        answered,
      }),
      modelFailures: [...answered.modelFailures],
      lastSeq: session.lastSeq + 1,
      failure: failureOf(answered),
    };
    generationDuration.observe({ pool, status: body.status }, body.durationMs / 1000);
    if (answered.by) noteTokens(answered.by.candidate.modelId, answered.usage);
    // Everything is in the log and nobody took over: from here on this result is the message's.
    await session.seal(sealResult(body));
    return body;
  };
  try {
    const result = readSealed(held) ?? (await generate());
    await publishUntilConfirmed(context, {
      routingKey: 'message.finished',
      id: logId,
      body: result,
      signal: abandon,
      // The result is sealed: a worker that reaches the broker may publish it, and it should not wait for this one.
      onFailed: () => session.endLease(),
    });
    await session.append([terminalEventOf(result)]);
    return 'ack';
  } catch (fault) {
    if (fault instanceof FencedError || lost.signal.reason instanceof FencedError) return 'ack';
    await streamLog.release(logId, held.attempt).catch(() => undefined);
    if (handOver.aborted) return 'retry';
    logger.error({ err: fault, messageId: job.messageId }, 'a reply is begun again');
    throw fault;
  }
};
