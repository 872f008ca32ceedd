/**
 * Leaves a reply whose calls of tools wait for a person, and takes it up again. Conversations keeps the job, with all
 * that the log holds, and publishes it again once everything is decided; until then the reply occupies no worker.
 * Invariant: a log that the store lost meanwhile is restored entry for entry before anything is written, unless the
 * reply may have gone on in it since.
 */
import type { ReplyParked } from '#contracts/broker-events.ts';
import { logIdOfJob, type ReplyJob } from '#contracts/generation-job.ts';
import { FencedError } from '#kernel/stream-log/stream-log.ts';
import { withoutSearch } from '../tools/offer-search.ts';
import { stepsOf } from '../transcript/reply-steps.ts';
import type { GenerationContext } from './generation-context.ts';
import type { LogSession } from './log-session.ts';
import { contributionUsages, type ReplySharesOptions } from './reply-shares.ts';

interface ParkOptions extends Pick<ReplySharesOptions, 'job' | 'history' | 'registry' | 'attempt' | 'reply'> {
  /** Settled: everything that was appended is in it. */
  readonly log: Pick<LogSession, 'entries' | 'lastSeq'>;
}

export const parkedReply = async ({ log, ...options }: ParkOptions): Promise<ReplyParked> => {
  const { job, attempt } = options;
  const { entries, lastSeq } = log;
  const waiting = stepsOf(entries).flatMap(({ calls }) => calls.filter(({ status }) => status === 'AWAITING_APPROVAL'));
  const usages = await contributionUsages({ ...options, entries });
  const decisions = job.parked?.decisions ?? {};
  return {
    ...withoutSearch(job),
    calls: waiting.map(({ id, name, arguments: text, server }) => ({
      ...{ id, name, arguments: text },
      ...(server === undefined ? {} : { server }),
    })),
    parked: { attempt, lastSeq, entries: [...entries], usages, decisions },
  };
};

/** Restores the log of a reply that goes on, where the store has lost it. */
export const restoreParkedLog = async (
  { streamLog }: Pick<GenerationContext, 'streamLog'>,
  job: ReplyJob,
  redeliveries: number,
): Promise<void> => {
  const { parked, stopRequested = false } = job;
  const mayHaveGoneOn = redeliveries > 0 || job.publishedBefore === true || job.deliveredBefore !== undefined;
  if (parked === undefined || mayHaveGoneOn) return;
  const logId = logIdOfJob(job);
  const held = await streamLog.snapshot(logId);
  if (held !== undefined && held.attempt > 0) return;
  try {
    await streamLog.restore(logId, { ...parked, stopRequested });
    await streamLog.release(logId, parked.attempt);
  } catch (fault) {
    // Another copy of the job was quicker.
    if (!(fault instanceof FencedError)) throw fault;
  }
};
