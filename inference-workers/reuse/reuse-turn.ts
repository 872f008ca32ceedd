/**
 * One reply's dealings with the caches: looks for a reply that was kept, else takes the right to ask a model for it, so
 * that equal requests in flight ask once; and keeps what came of it. Invariants: a cache that does not respond, and a
 * holder of that right that is slow or dead, delay a reply by no more than `waitMs`; the right is given back whatever
 * becomes of the reply; only a reply whose result is sealed is kept.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { MessageFinished, ReuseResult } from '#contracts/broker-events.ts';
import { logIdOfJob, type ReplyJob } from '#contracts/generation-job.ts';
import type { Logger } from '#kernel/log.ts';
import type { ReplyCache, ReplyCacheKey } from '#kernel/reply-cache/reply-cache.ts';
import type { StreamEntry } from '#kernel/stream-log/stream-log.ts';
import { reuseLookups } from '../metrics.ts';
import { openTextOf, stepsOf } from '../transcript/reply-steps.ts';
import { type AskedModel, type KeptCandidate, keptCandidate } from './kept-candidate.ts';
import { type KeptReply, keptReplyOf, parseKeptReply, writeKeptReply } from './kept-reply.ts';
import { isReusable, requestName } from './reusable-request.ts';

export interface ReuseSettings {
  /** Milliseconds that a reply waits for an equal one that another job asks a model for. */
  readonly waitMs: number;
  /** Milliseconds after which the right to ask passes on from a worker that does not renew it. */
  readonly leaseMs: number;
  /** Milliseconds between two looks while waiting. */
  readonly pollMs: number;
}

export const defaultReuseSettings: ReuseSettings = { waitMs: 10_000, leaseMs: 5_000, pollMs: 100 };

export interface Reuse {
  readonly cache: ReplyCache;
  /** Of the names under which replies are kept; the same in all workers. */
  readonly key: Buffer;
  readonly settings: ReuseSettings;
}

export interface ReuseTurn extends AsyncDisposable {
  /** To be asked before all other candidates; undefined where there is none. */
  readonly kept: KeptCandidate | undefined;
  /** For the result of the reply. @param isServed whether the kept reply is the reply */
  resultOf(isServed: boolean): ReuseResult | undefined;
  /** Keeps the reply for later requests, where it may be. Never rejects. */
  keep(result: MessageFinished): Promise<void>;
}

const nothing: ReuseTurn = {
  kept: undefined,
  resultOf: () => undefined,
  keep: async () => undefined,
  [Symbol.asyncDispose]: async () => undefined,
};

export interface ReuseTurnOptions {
  readonly job: ReplyJob;
  readonly candidates: readonly AskedModel[];
  /** What the log holds. */
  readonly entries: readonly StreamEntry[];
  /** Aborted when nobody waits for the reply any more, or this worker must not write it. */
  readonly signal: AbortSignal;
}

/** The text that is still to be written; undefined where the log holds another one. */
const restOf = ({ text }: KeptReply, entries: readonly StreamEntry[]): string | undefined => {
  const steps = stepsOf(entries);
  if (steps.some(({ calls, reasoning }) => calls.length > 0 || reasoning !== '')) return undefined;
  const held = openTextOf(steps);
  if (text.startsWith(held)) return text.slice(held.length);
  return held.trim() === '' ? text : undefined;
};

/** Finds the reply to an equal request, or takes the right to ask for it; neither within `waitMs` is a miss too. */
const findOrLead = async (
  { cache, settings }: Reuse,
  key: ReplyCacheKey,
  { holder, signal }: { readonly holder: string; readonly signal: AbortSignal },
): Promise<{ readonly kept: KeptReply | undefined; readonly leads: boolean; readonly waited: boolean }> => {
  const giveUpAt = performance.now() + settings.waitMs;
  for (let waited = false; ; waited = true) {
    const value = await cache.get(key);
    const kept = value === undefined ? undefined : parseKeptReply(value);
    if (kept !== undefined) {
      const isWithdrawn = await cache.isWithdrawn(key.tenantId, [kept.messageId, kept.conversationId]);
      if (!isWithdrawn) return { kept, leads: false, waited };
    }
    if (await cache.lease(key, holder, settings.leaseMs)) return { kept: undefined, leads: true, waited };
    if (signal.aborted || performance.now() >= giveUpAt) return { kept: undefined, leads: false, waited };
    await sleep(settings.pollMs, undefined, { signal }).catch(() => undefined);
  }
};

/** What the metric says of a look-up. */
const outcomeOf = (found: { readonly kept: KeptReply | undefined; readonly waited: boolean }): string => {
  if (found.kept === undefined) return 'MISS';
  return found.waited ? 'AWAITED' : 'HIT';
};

/** Renews the lease until it is disposed, then ends it. */
const holdLease = ({ cache, settings }: Reuse, key: ReplyCacheKey, holder: string): AsyncDisposable => {
  const renewal = setInterval(() => {
    cache.lease(key, holder, settings.leaseMs).catch(() => undefined);
  }, settings.leaseMs / 3);
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(renewal);
      await cache.release(key, holder).catch(() => undefined);
    },
  };
};

const openRequestTurn = async (
  reuse: Reuse,
  options: ReuseTurnOptions & { readonly candidate: AskedModel; readonly seconds: number; readonly logger: Logger },
): Promise<ReuseTurn> => {
  const { job, candidate, entries, signal, seconds, logger } = options;
  const reader = job.reuse?.share === 'TENANT' ? '' : job.userId;
  const version = job.reuse?.version ?? '';
  const name = requestName(reuse.key, job, { candidate, reader, version });
  const key: ReplyCacheKey = { tenantId: job.tenantId, name };
  // The same for a worker that takes the reply over.
  const holder = logIdOfJob(job);
  const lever = 'REQUEST_CACHE';
  const found = await findOrLead(reuse, key, { holder, signal });
  const rest = found.kept === undefined ? undefined : restOf(found.kept, entries);
  reuseLookups.add({ lever, outcome: outcomeOf(found) });
  const lease = found.leads ? holdLease(reuse, key, holder) : undefined;
  const { kept } = found;
  return {
    kept: rest === undefined ? undefined : keptCandidate(candidate, rest, lever),
    resultOf(isServed) {
      if (!isServed || kept === undefined) return { asked: [lever] };
      const { messageId, usage, price } = kept;
      return { asked: [lever], served: { lever, messageId, usage, price } };
    },
    async keep(result) {
      const reply = keptReplyOf(result, candidate.route.modelId);
      if (reply === undefined) return;
      try {
        await reuse.cache.set(key, writeKeptReply(reply), seconds * 1_000);
      } catch (err) {
        logger.warn({ err, messageId: job.messageId }, 'a reply could not be kept for equal requests');
      }
    },
    async [Symbol.asyncDispose]() {
      await lease?.[Symbol.asyncDispose]();
    },
  };
};

/** Never rejects. Costs nothing where the message has no terms. */
export const openReuseTurn = async (
  reuse: Reuse | undefined,
  logger: Logger,
  options: ReuseTurnOptions,
): Promise<ReuseTurn> => {
  const { job, candidates } = options;
  const [candidate] = candidates;
  const seconds = job.reuse?.requestSeconds;
  if (reuse === undefined || seconds === undefined || candidate === undefined || !isReusable(job)) return nothing;
  try {
    return await openRequestTurn(reuse, { ...options, candidate, seconds, logger });
  } catch (err) {
    reuseLookups.add({ lever: 'REQUEST_CACHE', outcome: 'UNAVAILABLE' });
    logger.warn({ err, messageId: job.messageId }, 'the reply cache does not respond: a model is asked');
    return nothing;
  }
};
