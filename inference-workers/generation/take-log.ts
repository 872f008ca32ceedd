/**
 * Takes the log of a reply job for writing, and decides what becomes of the job where it cannot: another one writes, or
 * the log is gone in which an earlier delivery may have ended the answer. Such a job is returned to conversations,
 * which knows the answer's row, so that no model is asked for an answer that exists. Invariant: a job is acknowledged
 * only when the broker has confirmed its return.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Settlement } from '#kernel/broker/broker.ts';
import type { JobReturned } from '#kernel/messages/events.ts';
import { type GenerationJob, logIdOfJob } from '#kernel/messages/generation-job.ts';
import type { StreamSnapshot } from '#kernel/stream-log/stream-log.ts';
import type { GenerationContext } from './generation-context.ts';
import { publishUntilConfirmed } from './publish-result.ts';

/** Milliseconds after which a log that somebody else writes is looked at again. */
const lookAgainMs = 250;

export interface TakeLogOptions {
  readonly job: GenerationJob;
  /** How often the broker handed out this copy of the job before. */
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

/** What the log holds for its next writer, or what becomes of the delivery without one. */
export const takeLog = async (
  context: GenerationContext,
  { job, redeliveries, handOver }: TakeLogOptions,
): Promise<StreamSnapshot | Settlement> => {
  const { streamLog, logger } = context;
  const { messageId, admittedAt: since } = job;
  const logId = logIdOfJob(job);
  let count = (job.deliveredBefore ?? 0) + redeliveries;
  // What was returned and comes again may run: conversations knows of no end.
  let mayHaveEnded = redeliveries > 0 || job.publishedBefore === true;
  for (;;) {
    const held = await streamLog.open(logId, { count, since, mayHaveEnded });
    if (held.forgotten) {
      logger.warn({ messageId }, 'the log of a redelivered job is gone: the job is returned');
      return returnJob(context, { ...job, deliveredBefore: Math.max(1, count) }, handOver);
    }
    if (!held.busy) return held;
    // Somebody writes: a worker with another copy of the job, or one whose broker took it for lost. It is left alone
    // until it has ended, or its lease has.
    mayHaveEnded ||= held.attempt > 0;
    count = Math.max(count, held.attempt);
    await sleep(lookAgainMs, undefined, { signal: handOver }).catch(() => undefined);
    if (handOver.aborted) return 'retry';
  }
};
