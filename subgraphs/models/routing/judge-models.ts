/**
 * Judges which models may reply to a message, best first, and why each of the others may not. Pure: the same catalogue,
 * tenant and question give the same judgements. Invariant: a model is excluded by the first rule that it fails, in the
 * order of `Exclusion`, so the reason given is what has to be fixed first.
 */
import { Decimal } from 'decimal.js';
import type { PlanTier } from '#contracts/plan-tiers.ts';
import { type ListedModel, liveWorkers } from '../catalogue/catalogue.ts';
import { circuitFor } from '../catalogue/model-health.ts';
import type { ModelCapability, RoutingPolicy } from '../entities.ts';

/** Why a model is not a candidate. */
export type Exclusion =
  | 'NOT_IN_POLICY'
  | 'DISABLED'
  | 'NO_WORKER'
  | 'MISSING_CAPABILITY'
  | 'NOT_IN_PLAN'
  | 'TOO_LONG'
  | 'TOO_EXPENSIVE'
  | 'UNHEALTHY'
  | 'NO_REAL_MODEL';

/** CHOSEN is asked for the reply; FALLBACK is asked when the candidates before it have failed. */
export type RouteVerdict = 'CHOSEN' | 'FALLBACK' | Exclusion;

export interface Judgement {
  readonly model: ListedModel;
  readonly verdict: RouteVerdict;
  /** One sentence for people. */
  readonly reason: string;
}

export interface RouteQuestion {
  /** The models to consider, in their order: those of a policy, one model, or all in the platform's order. */
  readonly scope: { readonly policy: RoutingPolicy } | { readonly modelId: string } | 'PLATFORM';
  readonly requires: readonly ModelCapability[];
  readonly inputTokens: number;
  readonly maxOutputTokens: number | undefined;
  readonly plan: PlanTier;
  /** The sender's tenant, whose own circuits count too. */
  readonly tenantId: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Tokens of reply that a model must have room for when the request names no limit. */
const leastReplyTokens = 256;

type Rejection = { readonly verdict: Exclusion; readonly reason: string };

const isInScope = (model: ListedModel, { scope }: RouteQuestion): boolean => {
  if (scope === 'PLATFORM') return true;
  if ('modelId' in scope) return scope.modelId === model.id;
  return scope.policy.modelIds.length === 0 || scope.policy.modelIds.includes(model.id);
};

const missingCapability = (model: ListedModel, question: RouteQuestion): string | undefined => {
  const required = new Set([
    ...question.requires,
    ...(typeof question.scope === 'object' && 'policy' in question.scope ? question.scope.policy.requires : []),
  ]);
  const missing = [...required].find((capability) => !model.capabilities.includes(capability));
  if (missing !== undefined) return `It lacks ${missing}.`;
  // An embedding model cannot write replies.
  return model.capabilities.includes('EMBEDDING') && !required.has('EMBEDDING')
    ? 'It makes embeddings, not replies.'
    : undefined;
};

const tooExpensive = (model: ListedModel, { scope }: RouteQuestion): string | undefined => {
  if (typeof scope !== 'object' || !('policy' in scope)) return undefined;
  const { maxInputPrice, maxOutputPrice } = scope.policy;
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

const rejectionOf = (model: ListedModel, question: RouteQuestion): Rejection | undefined => {
  if (!isInScope(model, question)) return { verdict: 'NOT_IN_POLICY', reason: 'The policy does not list it.' };
  if (!model.enabled) return { verdict: 'DISABLED', reason: 'The operator has disabled it.' };
  if (liveWorkers(model, question.now) === 0) return { verdict: 'NO_WORKER', reason: 'No worker serves it now.' };
  const capability = missingCapability(model, question);
  if (capability !== undefined) return { verdict: 'MISSING_CAPABILITY', reason: capability };
  if (!model.tiers.includes(question.plan)) {
    return { verdict: 'NOT_IN_PLAN', reason: `The plan ${question.plan} does not include it.` };
  }
  const reply = Math.min(question.maxOutputTokens ?? leastReplyTokens, model.maxOutputTokens);
  if (question.inputTokens + reply > model.contextWindow) {
    const needed = `${question.inputTokens} tokens of prompt and ${reply} of reply`;
    return { verdict: 'TOO_LONG', reason: `It holds ${model.contextWindow} tokens, less than ${needed}.` };
  }
  const expense = tooExpensive(model, question);
  if (expense !== undefined) return { verdict: 'TOO_EXPENSIVE', reason: expense };
  if (circuitFor(model.health, question.tenantId) === 'OPEN') {
    return { verdict: 'UNHEALTHY', reason: 'It failed too often in the last minutes; it is tried again soon.' };
  }
  return undefined;
};

/** Lower is better; models without a figure come last. */
const rankBy = (model: ListedModel, question: RouteQuestion): number => {
  const { scope } = question;
  if (typeof scope !== 'object' || !('policy' in scope)) return 0;
  const { strategy, modelIds } = scope.policy;
  if (strategy === 'PRICE') {
    const output = question.maxOutputTokens ?? leastReplyTokens;
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

/** Compares two ranks that may be infinite. */
const compare = (one: number, other: number): number => (one === other ? 0 : one < other ? -1 : 1);

/** Whether the scope names this model. */
const isNamed = (model: ListedModel, { scope }: RouteQuestion): boolean =>
  typeof scope === 'object' && ('modelId' in scope || scope.policy.modelIds.includes(model.id));

const demonstrationOnly: Rejection = {
  verdict: 'NO_REAL_MODEL',
  reason: 'It is the demonstration, which is used only when no model fits.',
};

/** The demonstration never replaces a model that failed, because people would take its text for the model's. */
const isUnnamedDemonstration = (model: ListedModel, question: RouteQuestion): boolean =>
  model.provider.kind === 'demonstration' && !isNamed(model, question);

/** @param models in the platform's order, which decides between models of equal rank */
export const judgeModels = (models: readonly ListedModel[], question: RouteQuestion): readonly Judgement[] => {
  const ruled = models.map((model) => ({ model, rejection: rejectionOf(model, question) }));
  const hasModel = ruled.some(
    ({ model, rejection }) => rejection === undefined && !isUnnamedDemonstration(model, question),
  );
  const judged = ruled.map(({ model, rejection }) => ({
    model,
    rejection: rejection ?? (hasModel && isUnnamedDemonstration(model, question) ? demonstrationOnly : undefined),
  }));
  const candidates = judged
    .filter(({ rejection }) => rejection === undefined)
    .map(({ model }) => ({ model, recovering: isRecovering(model, question), rank: rankBy(model, question) }))
    .sort((one, other) => Number(one.recovering) - Number(other.recovering) || compare(one.rank, other.rank));
  return [
    ...candidates.map(({ model, recovering }, index): Judgement => {
      if (index === 0) return { model, verdict: 'CHOSEN', reason: 'It is the best model that fits.' };
      const reason = recovering
        ? 'It failed lately, so it comes after the healthy models.'
        : 'It fits, and is used if the models before it fail.';
      return { model, verdict: 'FALLBACK', reason };
    }),
    ...judged.flatMap(({ model, rejection }): Judgement[] => (rejection ? [{ model, ...rejection }] : [])),
  ];
};
