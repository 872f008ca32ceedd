/**
 * The shares that models have in a reply, with the tokens of each, for the bill. They are read from the log, so the
 * share of a worker that was killed is itemised too.
 */

import type { ReplyShare } from '#contracts/broker-events.ts';
import type { ReplyJob, RouteCandidate } from '#contracts/generation-job.ts';
import type { TokenUsage } from '#contracts/token-usage.ts';
import { AppError } from '#kernel/errors.ts';
import type { StreamEntry } from '#kernel/stream-log/stream-log.ts';
import type { LoadedMessage } from '../attachments/load-attachments.ts';
import { buildPrompt, type PromptLimits, type ReplySoFar } from '../prompt/build-prompt.ts';
import { countO200kTokens } from '../prompt/count-tokens.ts';
import { withPassages } from '../prompt/frame-passages.ts';
import type { ModelRegistry } from '../providers/registry.ts';
import { type Contribution, contributionsIn } from '../transcript/contributions.ts';
import { stepsOf } from '../transcript/reply-steps.ts';
import { toolsFor } from './candidate.ts';
import { addUsage, noUsage } from './token-usage.ts';
import type { WrittenReply } from './write-reply.ts';

/** Tokens of the prompt; 0 where it does not fit, because then no model was asked. */
const countPrompt = async (
  { job, history }: Pick<ReplySharesOptions, 'job' | 'history'>,
  limits: PromptLimits,
  soFar: ReplySoFar,
): Promise<number> => {
  try {
    const prompt = await buildPrompt(withPassages(history, job, limits, soFar.tools), limits, soFar);
    return await prompt.countInputTokens();
  } catch (fault) {
    if (!(fault instanceof AppError)) throw fault;
    return 0;
  }
};

const routeOf = ({ candidates }: ReplyJob, one: Contribution): RouteCandidate | undefined =>
  candidates.find(({ modelId }) => modelId === one.modelId);

export interface ReplySharesOptions {
  readonly job: ReplyJob;
  /** That of the job, with what its messages carry: models have read it. */
  readonly history: readonly LoadedMessage[];
  readonly registry: ModelRegistry;
  /** The whole log. */
  readonly entries: readonly StreamEntry[];
  readonly attempt: number;
  readonly reply: WrittenReply;
}

/**
 * The tokens of each contribution, in the order of the log. Those of this attempt's last model are known, and those
 * from before the reply waited for decisions are in the job; all others are counted.
 */
export const contributionUsages = async (options: ReplySharesOptions): Promise<TokenUsage[]> => {
  const { job, registry, entries, attempt, reply } = options;
  const count = async (route: RouteCandidate, { requests }: Contribution): Promise<TokenUsage> => {
    const countTokens = registry.find(route.modelId)?.countTokens ?? countO200kTokens;
    const { contextWindow, maxOutputTokens } = route;
    const seesPictures = route.capabilities.includes('VISION');
    const limits = { contextWindow, maxOutputTokens, countTokens, seesPictures };
    const tools = toolsFor(job, route);
    let usage = noUsage;
    for (const { at, written, reasoning } of requests) {
      const inputTokens = await countPrompt(options, limits, { steps: stepsOf(entries.slice(0, at)), tools });
      const reasoningTokens = countTokens(reasoning);
      const outputTokens = reasoningTokens + countTokens(written);
      usage = addUsage(usage, { ...noUsage, inputTokens, outputTokens, reasoningTokens });
    }
    return usage;
  };
  const contributions = contributionsIn(entries);
  const usages: TokenUsage[] = [];
  for (const [index, one] of contributions.entries()) {
    const route = routeOf(job, one);
    const known = job.parked?.usages[index];
    const isOwn = index === contributions.length - 1 && reply.wrote && one.attempt === attempt;
    if (isOwn) usages.push(reply.usage);
    else if (known !== undefined && one.attempt <= (job.parked?.attempt ?? 0)) usages.push(known);
    else usages.push(one.isReused || route === undefined ? noUsage : await count(route, one));
  }
  return usages;
};

export const replyShares = async (options: ReplySharesOptions): Promise<ReplyShare[]> => {
  const { job, entries, attempt, reply } = options;
  const shareOf = (
    { modelId, provider, price }: RouteCandidate,
    share: Pick<ReplyShare, 'usage' | 'attempt' | 'inAnswer'>,
  ): ReplyShare => ({ modelId, provider, price, ...share });

  const usages = await contributionUsages(options);
  const { lastAsked, wrote, status, usage } = reply;
  const shares = contributionsIn(entries).flatMap((one, index): ReplyShare[] => {
    const route = routeOf(job, one);
    const { attempt: wroteIn, inReply: inAnswer } = one;
    return route === undefined ? [] : [shareOf(route, { usage: usages[index] ?? noUsage, attempt: wroteIn, inAnswer })];
  });
  // A reply that failed has a usage only where what was written may not be shown.
  const endedSilently = !wrote && status !== 'PARTIAL';
  return endedSilently && lastAsked !== undefined && usage !== noUsage
    ? [...shares, shareOf(lastAsked.route, { usage, attempt, inAnswer: true })]
    : shares;
};
