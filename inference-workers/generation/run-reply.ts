/**
 * Runs one reply job from taking over the log to its terminal event. Invariants: the terminal event is appended only after
 * the broker has confirmed `message.finished`, at the seq that it names; a writer that was fenced gives up silently; one that
 * hands over leaves no terminal event, so the next worker goes on where it stopped.
 */
import type { Settlement } from '#kernel/broker/broker.ts';
import { isRetryable } from '#kernel/errors.ts';
import type { MessageFinished } from '#kernel/messages/events.ts';
import type { GenerationJob } from '#kernel/messages/generation-job.ts';
import type { StreamEvent } from '#kernel/stream-log/stream-event.ts';
import { FencedError } from '#kernel/stream-log/stream-log.ts';
import { type Answer, answer, type Candidate } from './answer.ts';
import type { GenerationContext } from './generation-context.ts';
import { openLogSession } from './log-session.ts';
import { ModelFault } from './model-fault.ts';
import { publishUntilConfirmed } from './publish-result.ts';

const failureOf = ({ status, fault }: Answer): MessageFinished['failure'] => {
  if (status !== 'FAILED') return undefined;
  const { code, message } = fault ?? new ModelFault('MODEL_ERROR', false);
  return { code, message, retryable: isRetryable(code) };
};

const terminalEvent = ({ status, finishReason, fault }: Answer): StreamEvent => {
  if (status !== 'FAILED') return { type: 'MessageCompleted', status, finishReason };
  const { code, message } = fault ?? new ModelFault('MODEL_ERROR', false);
  return { type: 'MessageFailed', code, message, retryable: isRetryable(code) };
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

/**
 * @param candidates those of the job's that this worker has; none makes the message fail as MODEL_UNAVAILABLE.
 * @param handOver aborted when this worker must leave the job to another one.
 */
export const runReply = async (
  context: GenerationContext,
  job: GenerationJob,
  candidates: readonly Candidate[],
  handOver: AbortSignal,
): Promise<Settlement> => {
  const { streamLog, settings, logger } = context;
  const takenAt = Date.now();
  const held = await streamLog.open(job.messageId);
  // The result was published and the log is closed: only the acknowledgement got lost.
  if (held.ended) return 'ack';

  const stop = new AbortController();
  const lost = new AbortController();
  const abandon = AbortSignal.any([handOver, lost.signal]);
  if (held.stopRequested) stop.abort();
  await using session = openLogSession({
    streamLog,
    messageId: job.messageId,
    attempt: held.attempt,
    lastSeq: held.lastSeq,
    renewEveryMs: settings.renewEveryMs,
    outageMs: settings.logOutageMs,
    onStop: () => stop.abort(),
    onLost: (fault) => lost.abort(fault),
  });
  try {
    const answered = await answer(context, {
      job,
      attempt: held.attempt,
      candidates,
      earlierText: held.text,
      append: session.append,
      stop: stop.signal,
      abandon,
    });
    // Everything is in the log and nobody took over: from here on this result is the message's.
    await session.renew();
    const body: MessageFinished = {
      tenantId: job.tenantId,
      userId: job.userId,
      conversationId: job.conversationId,
      messageId: job.messageId,
      attempt: held.attempt,
      ...provenance(answered.by),
      usage: answered.usage,
      queueWaitMs: Math.max(0, takenAt - job.admittedAt),
      firstTokenMs: answered.firstTokenAt === undefined ? undefined : answered.firstTokenAt - takenAt,
      durationMs: Date.now() - takenAt,
      status: answered.status,
      finishReason: answered.finishReason,
      text: answered.text,
      lastSeq: session.lastSeq + 1,
      failure: failureOf(answered),
    };
    await publishUntilConfirmed(context, 'message.finished', job.messageId, body, abandon);
    await session.append([terminalEvent(answered)]);
    return 'ack';
  } catch (fault) {
    if (fault instanceof FencedError || lost.signal.reason instanceof FencedError) return 'ack';
    if (!handOver.aborted) logger.error({ err: fault, messageId: job.messageId }, 'a reply is left to another worker');
    return 'retry';
  }
};
