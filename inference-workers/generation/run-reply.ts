/**
 * Runs one reply job, from opening the log to the terminal event. Invariants: the terminal event is appended only after
 * the broker has confirmed `message.finished`, at the seq that the result names; the result is sealed in the log before
 * it is published, so a job has one result, whichever worker ends it; a writer that is fenced gives up silently; one
 * that hands over leaves no terminal event, so the next worker continues where it stopped; so does one that leaves a
 * reply until a person has decided about calls of tools.
 */

import type { MessageFinished, ReplyParked } from '#contracts/broker-events.ts';
import { logIdOfJob, queuedAtOf, type ReplyJob } from '#contracts/generation-job.ts';
import { readSealed, sealResult, terminalEventOf } from '#contracts/sealed-result.ts';
import type { Settlement } from '#kernel/broker/broker.ts';
import { activeRequest } from '#kernel/request-id.ts';
import { FencedError, type StreamEntry, type TakenLog } from '#kernel/stream-log/stream-log.ts';
import { loadAttachments } from '../attachments/load-attachments.ts';
import { generationDuration, queueWait } from '../metrics.ts';
import { OutputRefusal } from '../moderation/output-refusal.ts';
import { openReuseTurn } from '../reuse/reuse-turn.ts';
import { offerSearch } from '../tools/offer-search.ts';
import { acquireLog } from './acquire-log.ts';
import type { GenerationContext } from './generation-context.ts';
import type { JobRunOptions } from './job-run.ts';
import { logGeneration } from './log-generation.ts';
import { openLogSession } from './log-session.ts';
import { parkedReply, restoreParkedLog } from './park-reply.ts';
import { publishUntilConfirmed } from './publish-until-confirmed.ts';
import { replyResult } from './reply-result.ts';
import { reportBlocked } from './report-blocked.ts';
import { countTokensUsed } from './token-usage.ts';
import { writeReply } from './write-reply.ts';

interface TakenReply extends JobRunOptions<ReplyJob> {
  readonly log: TakenLog;
  readonly entries: readonly StreamEntry[];
  readonly pool: string;
  /** Milliseconds since the epoch at which this worker took the job. */
  readonly takenAt: number;
}

/** Generates and publishes the result, then ends the log. */
const writeAndEnd = async (context: GenerationContext, options: TakenReply): Promise<Settlement> => {
  const { job, candidates, handOver, log, entries, pool, takenAt } = options;
  const { streamLog, settings, registry, logger } = context;
  const logId = logIdOfJob(job);
  const { attempt } = log;
  const stop = new AbortController();
  const lost = new AbortController();
  const abandon = AbortSignal.any([handOver, lost.signal]);
  if (log.stopRequested || job.stopRequested) stop.abort();
  await using session = openLogSession({
    streamLog,
    logId,
    attempt,
    lastSeq: log.lastSeq,
    entries,
    renewEveryMs: settings.renewEveryMs,
    outageMs: settings.logOutageMs,
    onStop: () => stop.abort(),
    onLost: (fault) => lost.abort(fault),
  });
  const generate = async (): Promise<MessageFinished | ReplyParked> => {
    // The store has lost entries that clients may have seen: those are void.
    if (entries.length === 0 && log.lastSeq > 0) {
      await session.append([{ type: 'MessageReset', reason: 'WORKER_REPLACED' }]);
    }
    const signal = AbortSignal.any([stop.signal, abandon]);
    const turn = { job, candidates, streamLog, entries: session.entries, signal };
    await using reuse = await openReuseTurn(context.reuse, logger, turn);
    const writers = reuse.kept === undefined ? candidates : [reuse.kept, ...candidates];
    const history = context.blobs ? await loadAttachments(context.blobs, job) : job.history;
    const reply = await writeReply(context, {
      ...{ job, history, attempt, candidates: writers, log: session, stop: stop.signal, abandon },
    });
    // Some appends are not awaited, and the result has to count their events too.
    await session.settled();
    if (reply.isParked) return parkedReply({ job, history, reply, attempt, log: session, registry });
    if (reply.fault instanceof OutputRefusal) await reportBlocked(context, job, reply.fault.blocked, abandon);
    const isServed = reuse.kept !== undefined && reply.lastAsked === reuse.kept;
    const caches = reuse.resultOf(isServed);
    const result = await replyResult({ job, history, reply, reuse: caches, attempt, log: session, registry, takenAt });
    generationDuration.observe({ pool, status: result.status }, result.durationMs / 1000);
    logGeneration(logger, job, result);
    if (reply.lastAsked && !isServed) countTokensUsed(reply.lastAsked.route.modelId, reply.usage);
    // Everything is in the log and no other worker took over: from here on this is the message's result.
    await session.seal(sealResult(result));
    await reuse.keep(result);
    return result;
  };
  try {
    const result = readSealed(log) ?? (await generate());
    if ('calls' in result) {
      await publishUntilConfirmed(context, { routingKey: 'reply.parked', id: logId, body: result, signal: abandon });
      await streamLog.release(logId, attempt);
      return 'ack';
    }
    await publishUntilConfirmed(context, {
      routingKey: 'message.finished',
      id: logId,
      body: result,
      signal: abandon,
      // The result is sealed: a worker that reaches the broker may publish it without waiting for this one.
      onFailed: () => session.endLease(),
    });
    await session.append([terminalEventOf(result)]);
    return 'ack';
  } catch (fault) {
    if (fault instanceof FencedError || lost.signal.reason instanceof FencedError) return 'ack';
    await streamLog.release(logId, attempt).catch(() => undefined);
    if (handOver.aborted) return 'retry';
    logger.error(
      { ...activeRequest(), err: fault, messageId: job.messageId },
      'a reply failed on its way and is tried again',
    );
    throw fault;
  }
};

export const runReply = async (context: GenerationContext, options: JobRunOptions<ReplyJob>): Promise<Settlement> => {
  const { candidates, handOver, stopping } = options;
  const job = context.tools.searchesDocuments ? offerSearch(options.job) : options.job;
  const takenAt = Date.now();
  await restoreParkedLog(context, job, options.redeliveries);
  const log = await acquireLog(context, { ...options, handOver: AbortSignal.any([handOver, stopping]) });
  if (typeof log === 'string') return log;
  const pool = candidates[0]?.served.pool ?? 'none';
  queueWait.observe({ pool }, Math.max(0, takenAt - queuedAtOf(job)) / 1000);
  // The result is published already: only the job's acknowledgement was lost.
  if (log.kind === 'ended') return 'ack';
  const entries = log.lastSeq === 0 ? [] : await context.streamLog.entries(logIdOfJob(job));
  return writeAndEnd(context, { ...options, job, log, entries, pool, takenAt });
};
