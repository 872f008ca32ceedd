/**
 * Opens the log of a reply job for writing, or decides what becomes of the job where that is not possible: another
 * worker writes, or the log is gone in which an earlier delivery may have ended the reply. In the latter case the job
 * returns to conversations, which knows the reply's row, so that no model is asked for a reply that exists. Invariant:
 * a job is acknowledged only when the broker has confirmed its return.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Settlement } from '#kernel/broker/broker.ts';
import type { JobReturned } from '#kernel/messages/events.ts';
import { logIdOfJob, type ReplyJob } from '#kernel/messages/generation-job.ts';
import type { EndedLog, TakenLog } from '#kernel/stream-log/stream-log.ts';
import type { GenerationContext } from './generation-context.ts';
import { publishUntilConfirmed } from './publish-until-confirmed.ts';

/** Milliseconds between two looks at a log that another worker writes. */
const pollMs = 250;

export interface AcquireLogOptions {
  readonly job: ReplyJob;
  /** How often the broker delivered this copy of the job before. */
  readonly redeliveries: number;
  /** Aborted when the job must be left to another worker. */
  readonly handOver: AbortSignal;
}

const returnJob = async (context: GenerationContext, job: JobReturned, handOver: AbortSignal): Promise<Settlement> => {
  try {
    const returned = { routingKey: 'job.returned', id: logIdOfJob(job), body: job, signal: handOver };
    await publishUntilConfirmed(context, returned);
    return 'ack';
  } catch {
    return 'retry';
  }
};

/** The log, taken or ended, or how to settle the delivery without it. */
export const acquireLog = async (
  context: GenerationContext,
  { job, redeliveries, handOver }: AcquireLogOptions,
): Promise<TakenLog | EndedLog | Settlement> => {
  const { streamLog, logger } = context;
  const { messageId, admittedAt: since } = job;
  const logId = logIdOfJob(job);
  let count = (job.deliveredBefore ?? 0) + redeliveries;
  // A job that conversations published again after its return may run: its reply has no end.
  let mayHaveEnded = redeliveries > 0 || job.publishedBefore === true;
  for (;;) {
    const log = await streamLog.open(logId, { count, since, mayHaveEnded });
    if (log.kind === 'forgotten') {
      logger.warn({ messageId }, 'the log of a redelivered job is gone: the job is returned');
      return returnJob(context, { ...job, deliveredBefore: Math.max(1, count) }, handOver);
    }
    if (log.kind !== 'busy') return log;
    // The writer has another copy of the job, or lost its connection to the broker. It is left alone until the log or
    // its lease has ended.
    mayHaveEnded ||= log.attempt > 0;
    count = Math.max(count, log.attempt);
    await sleep(pollMs, undefined, { signal: handOver }).catch(() => undefined);
    if (handOver.aborted) return 'retry';
  }
};
