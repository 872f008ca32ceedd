/**
 * Computes what to reserve before a reply is admitted: the tokens that it is likely to need, and the most that it may
 * cost, whichever candidates of the route write it. Invariant: a reply within its limits is never billed more than
 * `maxCostUsd`, nor its title more than `maxTitleCostUsd`, so a budget from which both are held is never exceeded.
 */
import { Decimal } from 'decimal.js';
import { maxToolSteps, outputTokensOf, type ReasoningEffort, type RouteCandidate } from '#contracts/generation-job.ts';
import { searchDocumentsTool } from '#contracts/search-documents-tool.ts';
import { type PromptSize, sizeOfTools } from './prompt-size.ts';
import type { Route } from './routes.ts';

export interface ReplyNeeds {
  /** Tokens of the first request to a model. Later requests, with the results of tools, count when the reply ends. */
  readonly inputTokens: number;
  readonly maxOutputTokens: number;
  /** USD, exact decimals. */
  readonly maxCostUsd: string;
  readonly maxTitleCostUsd: string;
}

/**
 * A title is generated from the first 1,500 characters of question and reply, with at most six bytes each, and has at
 * most 64 tokens.
 */
const titleTokens = { input: 20_000, output: 64 };

/** Enough digits for any sum to be exact. */
const Exact = Decimal.clone({ precision: 60 });

const costOf = (candidates: readonly RouteCandidate[], inputTokens: number, outputTokens: number): string => {
  const dearest = (prices: readonly string[]): Decimal => Exact.max(...prices);
  return dearest(candidates.flatMap(({ price }) => [price.input, price.cachedInput, price.cacheWrite ?? price.input]))
    .times(inputTokens)
    .plus(dearest(candidates.map(({ price }) => price.output)).times(outputTokens))
    .dividedBy(1_000_000)
    .toFixed();
};

export interface ReplyLimits {
  readonly maxOutputTokens: number | undefined;
  readonly reasoningEffort?: ReasoningEffort | undefined;
  /** Whether the reply has to have a format. Default: false. */
  readonly isStructured?: boolean | undefined;
  /** Whether the model may search documents, as it calls a tool. Default: false. */
  readonly searchesDocuments?: boolean | undefined;
  /** Whether a title may be generated after the reply. */
  readonly mayTitle: boolean;
  /** Whether the reply may have to wait; its prompt is then built when it is dispatched. */
  readonly mayWait: boolean;
}

export const replyNeeds = (
  { candidates, tools }: Pick<Route, 'candidates' | 'tools'>,
  prompt: PromptSize,
  { mayTitle, mayWait, isStructured = false, searchesDocuments = false, ...length }: ReplyLimits,
): ReplyNeeds => {
  const outputOf = (candidate: RouteCandidate): number => outputTokensOf(candidate, length);
  const output = Math.max(...candidates.map(outputOf));
  /** Tokens that workers cut a prompt to. */
  const space = Math.max(0, ...candidates.map((candidate) => candidate.contextWindow - outputOf(candidate)));
  const callable = searchesDocuments ? [...tools, searchDocumentsTool] : tools;
  const offered = candidates.some(({ capabilities }) => capabilities.includes('TOOLS')) ? callable : [];
  const described = sizeOfTools(offered);
  const likely = prompt.likely + described.likely + prompt.openReplies * output;
  // The text of open replies, and the instructions at the time of dispatch, are not known yet.
  const first = prompt.openReplies > 0 || mayWait ? space : Math.min(space, prompt.most + described.most);
  // Each step is followed by another request to the model, with everything so far.
  const steps = offered.length > 0 ? maxToolSteps : 0;
  // A reply that does not fit its format is written once more, from a prompt with the first one and what is wrong.
  const repairs = isStructured ? 1 : 0;
  return {
    inputTokens: Math.min(space, likely),
    maxOutputTokens: output,
    // A request at the limit may still write one token.
    maxCostUsd: costOf(candidates, first + (steps + repairs) * space, (1 + repairs) * (output + steps + 1)),
    maxTitleCostUsd: mayTitle ? costOf(candidates, titleTokens.input, titleTokens.output) : '0',
  };
};
