/**
 * One reply's dealings with the caches: looks for a reply that was kept, else takes the right to ask a model for it, or
 * follows the reply of the job that has that right, so that equal requests in flight ask once; and keeps what came of
 * it. Invariants: a cache that does not respond, and a holder of that right that is silent or dead, delay a reply by no
 * more than `waitMs`; the right is given back whatever becomes of the reply; only a reply whose result is sealed is
 * kept.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { MessageFinished, ReuseResult } from '#contracts/broker-events.ts';
import { logIdOfJob, type ReplyJob } from '#contracts/generation-job.ts';
import type { ReuseLever } from '#contracts/reuse.ts';
import type { Logger } from '#kernel/log.ts';
import type { ReplyCache, ReplyCacheKey } from '#kernel/reply-cache/reply-cache.ts';
import type { StreamEntry, StreamLog } from '#kernel/stream-log/stream-log.ts';
import { reuseLookups } from '../metrics.ts';
import { openTextOf, stepsOf } from '../transcript/reply-steps.ts';
import { type AskedModel, followedCandidate, type KeptCandidate, keptCandidate } from './kept-candidate.ts';
import { type KeptReply, keptReplyOf, writeKeptReply } from './kept-reply.ts';
import { type Lane, lanesOf, lookUp } from './reuse-lanes.ts';

export interface ReuseSettings {
  /**
   * Milliseconds that a reply waits for one to a similar question that another job asks a model for, and for a sign of
   * one to an equal request.
   */
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
  /** A reply that was kept, or is followed: to be asked before all other candidates. Undefined where there is none. */
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

/** Only curated replies were looked for, and there is none. */
const missed: ReuseTurn = { ...nothing, resultOf: () => ({ asked: ['SEMANTIC_CACHE'] }) };

export interface ReuseTurnOptions {
  readonly job: ReplyJob;
  readonly candidates: readonly AskedModel[];
  /** Replies that are followed are read from it. */
  readonly streamLog: Pick<StreamLog, 'tail'>;
  /** What the log holds. */
  readonly entries: readonly StreamEntry[];
  /** Aborted when nobody waits for the reply any more, or this worker must not write it. */
  readonly signal: AbortSignal;
}

/** What the log holds of the reply; undefined where that is more than text, which no kept reply continues. */
const heldText = (entries: readonly StreamEntry[]): string | undefined => {
  const steps = stepsOf(entries);
  if (steps.some(({ calls, reasoning }) => calls.length > 0 || reasoning !== '')) return undefined;
  return openTextOf(steps);
};

/** The text that is still to be written; undefined where the log holds another one. */
const restOf = ({ text }: KeptReply, entries: readonly StreamEntry[]): string | undefined => {
  const held = heldText(entries);
  if (held !== undefined && text.startsWith(held)) return text.slice(held.length);
  return held?.trim() === '' ? text : undefined;
};

/** What of a lane is known when it has been asked. */
interface Found {
  readonly kept: KeptReply | undefined;
  /** The log id of the job that has the right to ask a model, where it is known and in time: it may be this one. */
  readonly leader: string | undefined;
  readonly waited: boolean;
}

/**
 * Finds the reply, or who has the right to ask for it. Who asks a similar question is no leader, because its reply may
 * not fit: it is waited for. Nothing until `giveUpAt` is a miss too.
 */
const findOrLead = async (
  reuse: Reuse,
  lane: Lane,
  { holder, signal, giveUpAt }: { readonly holder: string; readonly signal: AbortSignal; readonly giveUpAt: number },
): Promise<Found> => {
  const { cache, settings } = reuse;
  for (let waited = false; ; waited = true) {
    const kept = await lookUp(cache, lane);
    if (kept !== undefined) return { kept, leader: undefined, waited };
    const leader = await cache.lease(lane.key, holder, settings.leaseMs);
    if (leader === holder || lane.lever === 'REQUEST_CACHE') return { kept, leader, waited: leader !== holder };
    if (signal.aborted || performance.now() >= giveUpAt) return { kept, leader: undefined, waited };
    await sleep(settings.pollMs, undefined, { signal }).catch(() => undefined);
  }
};

/** What the metric says of a look-up. */
const outcomeOf = ({ kept, leader, waited }: Found, holder: string): string => {
  if (kept === undefined) return leader === undefined || leader === holder ? 'MISS' : 'AWAITED';
  return waited ? 'AWAITED' : 'HIT';
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

const servedBy = (lever: ReuseLever, { messageId, usage, price }: KeptReply): ReuseResult['served'] => ({
  lever,
  messageId,
  usage,
  price,
});

/** A curated reply, as if it had been kept: it saves what a model would have cost for it. */
const curatedReply = (job: ReplyJob, { served, route }: AskedModel): KeptReply | undefined => {
  const { curated } = job.reuse ?? {};
  const [question] = job.history;
  if (curated === undefined || question === undefined || job.history.length > 1) return undefined;
  const usage = {
    inputTokens: served.countTokens(question.content),
    outputTokens: served.countTokens(curated.reply),
    ...{ cachedInputTokens: 0, reasoningTokens: 0, source: 'COUNTED' as const },
  };
  return { text: curated.reply, messageId: curated.id, conversationId: curated.id, usage, price: route.price };
};

/** Whether there is no curated reply to a first question that might have one. */
const missedCurated = ({ reuse, history }: ReplyJob): boolean =>
  reuse?.usesCurated === true && reuse.curated === undefined && history.length === 1;

/** Asks the lanes in their order, until one has the reply. */
const openTurn = async (
  reuse: Reuse,
  lanes: readonly Lane[],
  options: ReuseTurnOptions & { readonly model: AskedModel; readonly logger: Logger },
): Promise<ReuseTurn> => {
  const { job, model, streamLog, entries, signal, logger } = options;
  // The same for a worker that takes the reply over.
  const holder = logIdOfJob(job);
  const giveUpAt = performance.now() + reuse.settings.waitMs;
  await using leases = new AsyncDisposableStack();
  const asked = new Set<ReuseLever>(missedCurated(job) ? ['SEMANTIC_CACHE'] : []);
  let hit: { readonly lever: ReuseLever; readonly kept: KeptReply } | undefined;
  const follow = (lane: Lane, logId: string): KeptCandidate | undefined => {
    const held = heldText(entries);
    if (held === undefined) return undefined;
    const confirm = async (text: string): Promise<boolean> => {
      const kept = await lookUp(reuse.cache, lane);
      if (kept?.text !== text) return false;
      hit = { lever: lane.lever, kept };
      return true;
    };
    const reply = { streamLog, logId, held: held.trim() === '' ? '' : held, silenceMs: reuse.settings.waitMs, confirm };
    return followedCandidate(model, reply, lane.lever);
  };
  let kept: KeptCandidate | undefined;
  for (const lane of lanes) {
    const found = await findOrLead(reuse, lane, { holder, signal, giveUpAt });
    const { leader } = found;
    reuseLookups.add({ lever: lane.lever, outcome: outcomeOf(found, holder) });
    asked.add(lane.lever);
    if (leader === holder) leases.use(holdLease(reuse, lane.key, holder));
    else if (leader !== undefined) kept = follow(lane, leader);
    if (found.kept !== undefined) {
      hit = { lever: lane.lever, kept: found.kept };
      const rest = restOf(found.kept, entries);
      kept = rest === undefined ? undefined : keptCandidate(model, rest, lane.lever);
    }
    if (kept !== undefined || hit !== undefined) break;
  }
  const held = leases.move();
  return {
    kept,
    resultOf: (isServed) => ({
      asked: [...asked],
      ...(isServed && hit !== undefined ? { served: servedBy(hit.lever, hit.kept) } : {}),
    }),
    async keep(result) {
      const reply = keptReplyOf(result, model.route.modelId);
      if (reply === undefined) return;
      try {
        for (const { key, seconds, question } of lanes) {
          const value = writeKeptReply(question === undefined ? reply : { ...reply, question });
          await reuse.cache.set(key, value, seconds * 1_000);
        }
      } catch (err) {
        logger.warn({ err, messageId: job.messageId }, 'a reply could not be kept for equal requests');
      }
    },
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
};

/** Never rejects. Costs nothing where the message has no terms. */
export const openReuseTurn = async (
  reuse: Reuse | undefined,
  logger: Logger,
  options: ReuseTurnOptions,
): Promise<ReuseTurn> => {
  const { job, candidates, entries } = options;
  const [model] = candidates;
  if (reuse === undefined || job.reuse === undefined || model === undefined) return nothing;
  const curated = curatedReply(job, model);
  const rest = curated === undefined ? undefined : restOf(curated, entries);
  if (curated !== undefined && rest !== undefined) {
    const lever = 'SEMANTIC_CACHE';
    reuseLookups.add({ lever, outcome: 'HIT' });
    return {
      ...nothing,
      kept: keptCandidate(model, rest, lever),
      resultOf: (isServed) => ({ asked: [lever], ...(isServed ? { served: servedBy(lever, curated) } : {}) }),
    };
  }
  const lanes = lanesOf(reuse.key, job, model);
  if (lanes.length === 0) return missedCurated(job) ? missed : nothing;
  try {
    return await openTurn(reuse, lanes, { ...options, model, logger });
  } catch (err) {
    for (const { lever } of lanes) reuseLookups.add({ lever, outcome: 'UNAVAILABLE' });
    logger.warn({ err, messageId: job.messageId }, 'the reply cache does not respond: a model is asked');
    return nothing;
  }
};
