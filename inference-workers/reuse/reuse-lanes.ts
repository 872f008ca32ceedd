/**
 * The caches that a request asks: the names under which a reply to it may be kept, and whether a kept one is for it.
 * Invariant: a reply whose message or conversation was withdrawn is none.
 */
import type { ReplyJob } from '#contracts/generation-job.ts';
import type { ReuseLever } from '#contracts/reuse.ts';
import { askTheSame, canonicalQuestion } from '#contracts/similar-questions/canonical-question.ts';
import type { ReplyCache, ReplyCacheKey } from '#kernel/reply-cache/reply-cache.ts';
import type { AskedModel } from './kept-candidate.ts';
import { type KeptReply, parseKeptReply } from './kept-reply.ts';
import { comparableQuestion, isRepeatable, requestName, similarName } from './reusable-request.ts';

/** One cache as one request asks it. */
export interface Lane {
  readonly lever: ReuseLever;
  readonly key: ReplyCacheKey;
  readonly seconds: number;
  /** The question, where replies are for others of the same meaning. */
  readonly question?: string;
  /** Whether a reply under this key is for the request. */
  readonly fits: (kept: KeptReply) => boolean;
}

export const lanesOf = (key: Buffer, job: ReplyJob, model: AskedModel): readonly Lane[] => {
  const { version, share, requestSeconds, similarSeconds } = job.reuse ?? { version: '', share: 'USER' };
  const named = { model, version, reader: share === 'TENANT' ? '' : job.userId };
  const { tenantId } = job;
  const lanes: Lane[] = [];
  if (requestSeconds !== undefined && isRepeatable(job)) {
    const name = requestName(key, job, named);
    lanes.push({ lever: 'REQUEST_CACHE', key: { tenantId, name }, seconds: requestSeconds, fits: () => true });
  }
  const asked = similarSeconds === undefined ? undefined : comparableQuestion(job);
  if (similarSeconds !== undefined && asked !== undefined) {
    const name = similarName(key, job, named, asked);
    const fits = ({ question = '' }: KeptReply): boolean => {
      const other = canonicalQuestion(question);
      return other !== undefined && askTheSame(other, asked);
    };
    const question = job.history.at(-1)?.content ?? '';
    lanes.push({ lever: 'SEMANTIC_CACHE', key: { tenantId, name }, seconds: similarSeconds, question, fits });
  }
  return lanes;
};

export const lookUp = async (cache: ReplyCache, { key, fits }: Lane): Promise<KeptReply | undefined> => {
  const value = await cache.get(key);
  const kept = value === undefined ? undefined : parseKeptReply(value);
  if (kept === undefined || !fits(kept)) return undefined;
  const isWithdrawn = await cache.isWithdrawn(key.tenantId, [kept.messageId, kept.conversationId]);
  return isWithdrawn ? undefined : kept;
};
