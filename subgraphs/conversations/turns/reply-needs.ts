/**
 * What has to be reserved before a reply is admitted: the tokens that it is likely to need, and the most that it may
 * cost, whichever of the route's candidates write it. Invariant: a reply that keeps to its limits is never billed more
 * than `maxCostUsd`, nor its title more than `maxTitleCostUsd`; so a budget from which both are held is never exceeded.
 */
import { Decimal } from 'decimal.js';
import type { RouteCandidate } from '#kernel/messages/generation-job.ts';
import { type PromptSize, sizeOfTools } from './prompt-size.ts';
import type { Route } from './routes.ts';

export interface ReplyNeeds {
  /** Of the first request to a model: later ones, with what tools said, are counted when the reply has ended. */
  readonly inputTokens: number;
  readonly maxOutputTokens: number;
  /** USD, exact decimals. */
  readonly maxCostUsd: string;
  readonly maxTitleCostUsd: string;
}

/**
 * Times that a model may call tools for one reply, as workers keep it; each time it is asked once more, with all that
 * was said.
 */
const mostToolSteps = 8;
/**
 * A title is made of the first 1,500 characters of question and reply, at six bytes for each at most, and has 64
 * tokens.
 */
const titleTokens = { input: 20_000, output: 64 };

/** Digits that hold any sum exactly. */
const Exact = Decimal.clone({ precision: 60 });

const costOf = (candidates: readonly RouteCandidate[], inputTokens: number, outputTokens: number): string => {
  const dearest = (prices: readonly string[]): Decimal => Exact.max(...prices);
  return dearest(candidates.flatMap(({ price }) => [price.input, price.cachedInput]))
    .times(inputTokens)
    .plus(dearest(candidates.map(({ price }) => price.output)).times(outputTokens))
    .dividedBy(1_000_000)
    .toFixed();
};

export interface ReplyLimits {
  readonly maxOutputTokens: number | undefined;
  /** Whether the reply may lead to a title. */
  readonly mayTitle: boolean;
  /** Whether it may have to wait: its prompt is then made when its turn comes. */
  readonly mayWait: boolean;
}

export const replyNeeds = (
  { candidates, tools }: Route,
  prompt: PromptSize,
  { maxOutputTokens, mayTitle, mayWait }: ReplyLimits,
): ReplyNeeds => {
  const outputOf = (candidate: RouteCandidate): number =>
    Math.min(maxOutputTokens ?? candidate.maxOutputTokens, candidate.maxOutputTokens);
  const output = Math.max(...candidates.map(outputOf));
  /** What workers cut a prompt to. */
  const space = Math.max(0, ...candidates.map((candidate) => candidate.contextWindow - outputOf(candidate)));
  const offered = candidates.some(({ capabilities }) => capabilities.includes('TOOLS')) ? tools : [];
  const described = sizeOfTools(offered);
  const likely = prompt.likely + described.likely + prompt.openReplies * output;
  // What is being written above, and which instructions hold when this one has its turn, is known only then.
  const first = prompt.openReplies > 0 || mayWait ? space : Math.min(space, prompt.most + described.most);
  const steps = offered.length > 0 ? mostToolSteps : 0;
  return {
    inputTokens: Math.min(space, likely),
    maxOutputTokens: output,
    // At the limit each request may still write one token.
    maxCostUsd: costOf(candidates, first + steps * space, output + steps + 1),
    maxTitleCostUsd: mayTitle ? costOf(candidates, titleTokens.input, titleTokens.output) : '0',
  };
};
