/**
 * Which models may answer a message, best first, and why each of the others may not. Pure: the same catalogue, tenant and
 * question give the same answer. Invariant: a model loses by the first rule that it fails, in the order of `Loss`, so
 * that what is said about it is what has to be mended first.
 */
import { Decimal } from 'decimal.js';
import type { PlanTier } from '#kernel/catalogue/models-file.ts';
import type { modelCapabilities } from '#kernel/messages/generation-job.ts';
import { type ListedModel, liveWorkers } from '../catalogue/catalogue.ts';
import { circuitFor } from '../catalogue/model-health.ts';
import type { RoutingPolicy } from '../entities.ts';

export type ModelCapability = (typeof modelCapabilities)[number];

/** Why a model is not routed to. */
export type Loss =
  | 'NOT_IN_POLICY'
  | 'DISABLED'
  | 'NO_WORKER'
  | 'MISSING_CAPABILITY'
  | 'NOT_IN_PLAN'
  | 'TOO_LONG'
  | 'TOO_EXPENSIVE'
  | 'UNHEALTHY'
  | 'NO_REAL_MODEL';

/** CHOSEN answers; FALLBACK answers when those before it cannot. */
export type RouteVerdict = 'CHOSEN' | 'FALLBACK' | Loss;

export interface Judgement {
  readonly model: ListedModel;
  readonly verdict: RouteVerdict;
  /** One sentence for people. */
  readonly reason: string;
}

export interface RouteQuestion {
  /** Which models to consider and in which order: a policy, one model, or all in the platform's order. */
  readonly wish: { readonly policy: RoutingPolicy } | { readonly modelId: string } | 'PLATFORM';
  readonly requires: readonly ModelCapability[];
  readonly inputTokens: number;
  readonly maxOutputTokens: number | undefined;
  readonly plan: PlanTier;
  /** Whose message it is: a tenant's own circuits count too. */
  readonly tenantId: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Tokens that an answer must find room for where the request does not say. */
const leastAnswerTokens = 256;

type RuleLoss = { readonly verdict: Loss; readonly reason: string };

const isWished = (model: ListedModel, { wish }: RouteQuestion): boolean => {
  if (wish === 'PLATFORM') return true;
  if ('modelId' in wish) return wish.modelId === model.id;
  return wish.policy.modelIds.length === 0 || wish.policy.modelIds.includes(model.id);
};

const missingCapability = (model: ListedModel, question: RouteQuestion): string | undefined => {
  const required = new Set([
    ...question.requires,
    ...(typeof question.wish === 'object' && 'policy' in question.wish ? question.wish.policy.requires : []),
  ]);
  const missing = [...required].find((capability) => !model.capabilities.includes(capability));
  if (missing !== undefined) return `It lacks ${missing}.`;
  // A model that makes vectors answers nobody.
  return model.capabilities.includes('EMBEDDING') && !required.has('EMBEDDING')
    ? 'It makes embeddings, not answers.'
    : undefined;
};

const tooExpensive = (model: ListedModel, { wish }: RouteQuestion): string | undefined => {
  if (typeof wish !== 'object' || !('policy' in wish)) return undefined;
  const { maxInputPrice, maxOutputPrice } = wish.policy;
  for (const [kind, price, ceiling] of [
    ['input', model.price.input, maxInputPrice],
    ['output', model.price.output, maxOutputPrice],
  ] as const) {
    if (ceiling !== null && ceiling !== undefined && new Decimal(price).gt(ceiling)) {
      const [cost, most] = [new Decimal(price).toFixed(), new Decimal(ceiling).toFixed()];
      return `A million ${kind} tokens cost ${cost} USD; the policy allows ${most}.`;
    }
  }
  return undefined;
};

const lossOf = (model: ListedModel, question: RouteQuestion): RuleLoss | undefined => {
  if (!isWished(model, question)) return { verdict: 'NOT_IN_POLICY', reason: 'The policy does not list it.' };
  if (!model.enabled) return { verdict: 'DISABLED', reason: 'The operator has switched it off.' };
  if (liveWorkers(model, question.now) === 0) return { verdict: 'NO_WORKER', reason: 'No worker serves it now.' };
  const capability = missingCapability(model, question);
  if (capability !== undefined) return { verdict: 'MISSING_CAPABILITY', reason: capability };
  if (!model.tiers.includes(question.plan)) {
    return { verdict: 'NOT_IN_PLAN', reason: `The plan ${question.plan} does not include it.` };
  }
  const answer = Math.min(question.maxOutputTokens ?? leastAnswerTokens, model.maxOutputTokens);
  if (question.inputTokens + answer > model.contextWindow) {
    const needed = `${question.inputTokens} tokens of prompt and ${answer} of answer`;
    return { verdict: 'TOO_LONG', reason: `It holds ${model.contextWindow} tokens, less than ${needed}.` };
  }
  const expense = tooExpensive(model, question);
  if (expense !== undefined) return { verdict: 'TOO_EXPENSIVE', reason: expense };
  if (circuitFor(model.health, question.tenantId) === 'OPEN') {
    return { verdict: 'UNHEALTHY', reason: 'It failed too often in the last minutes; it is tried again soon.' };
  }
  return undefined;
};

/** Lower is better; undefined figures come last. */
const rankBy = (model: ListedModel, question: RouteQuestion): number => {
  const { wish } = question;
  if (typeof wish !== 'object' || !('policy' in wish)) return 0;
  const { strategy, modelIds } = wish.policy;
  if (strategy === 'PRICE') {
    const output = question.maxOutputTokens ?? leastAnswerTokens;
    const cost = new Decimal(model.price.input)
      .mul(question.inputTokens)
      .add(new Decimal(model.price.output).mul(output));
    return cost.toNumber();
  }
  if (strategy === 'LATENCY') return model.health.firstTokenP50Ms ?? Number.POSITIVE_INFINITY;
  return modelIds.length === 0 ? 0 : modelIds.indexOf(model.id);
};

const isRecovering = ({ health }: ListedModel, { tenantId }: RouteQuestion): boolean =>
  circuitFor(health, tenantId) === 'HALF_OPEN';

/** Difference of two ranks that may be infinite. */
const compare = (one: number, other: number): number => (one === other ? 0 : one < other ? -1 : 1);

/** Whether the question names this model itself. */
const isNamed = (model: ListedModel, { wish }: RouteQuestion): boolean =>
  typeof wish === 'object' && ('modelId' in wish || wish.policy.modelIds.includes(model.id));

const standIn: RuleLoss = {
  verdict: 'NO_REAL_MODEL',
  reason: 'It is a demonstration: it stands in only where no model fits.',
};

/** The demonstration never answers in place of a model that failed: people would take its words for the model's. */
const isStandIn = (model: ListedModel, question: RouteQuestion): boolean =>
  model.provider.kind === 'demonstration' && !isNamed(model, question);

/** @param models in the platform's order, which decides between equals. */
export const judgeModels = (models: readonly ListedModel[], question: RouteQuestion): readonly Judgement[] => {
  const ruled = models.map((model) => ({ model, loss: lossOf(model, question) }));
  const hasModel = ruled.some(({ model, loss }) => loss === undefined && !isStandIn(model, question));
  const judged = ruled.map(({ model, loss }) => ({
    model,
    loss: loss ?? (hasModel && isStandIn(model, question) ? standIn : undefined),
  }));
  const winners = judged
    .filter(({ loss }) => loss === undefined)
    .map(({ model }) => ({ model, recovering: isRecovering(model, question), rank: rankBy(model, question) }))
    .sort((one, other) => Number(one.recovering) - Number(other.recovering) || compare(one.rank, other.rank));
  return [
    ...winners.map(({ model, recovering }, index): Judgement => {
      if (index === 0) return { model, verdict: 'CHOSEN', reason: 'It is the best that fits.' };
      const reason = recovering
        ? 'It failed lately, so it comes after the healthy ones.'
        : 'It fits; it answers if those before it cannot.';
      return { model, verdict: 'FALLBACK', reason };
    }),
    ...judged.flatMap(({ model, loss }): Judgement[] => (loss ? [{ model, ...loss }] : [])),
  ];
};
