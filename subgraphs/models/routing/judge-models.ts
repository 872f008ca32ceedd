/**
 * Judges which models may reply to a message, best first, and why each of the others may not. Pure: the same catalogue,
 * tenant and question give the same judgements. Invariant: a model is excluded by the first rule that it fails, in the
 * order of `Exclusion`, so the reason given is what has to be fixed first.
 */
import { Decimal } from 'decimal.js';
import { type ListedModel, liveWorkers } from '../catalogue/catalogue.ts';
import { circuitFor } from '../catalogue/model-health.ts';
import { isInRule } from '../policies/is-in-rule.ts';
import { rankModels } from './rank-models.ts';
import { expectedReplyTokens, greatestCost } from './reply-cost.ts';
import { followedRuleOf, policyOf, type RouteQuestion } from './route-question.ts';

/** Why a model is not a candidate. */
export type Exclusion =
  | 'NOT_IN_POLICY'
  | 'NOT_IN_RULE'
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

type Rejection = { readonly verdict: Exclusion; readonly reason: string };

const isInScope = (model: ListedModel, { scope }: RouteQuestion): boolean => {
  if (scope === 'PLATFORM') return true;
  if ('modelId' in scope) return scope.modelId === model.id;
  return scope.policy.modelIds.length === 0 || scope.policy.modelIds.includes(model.id);
};

const isKeptOutByRule = (model: ListedModel, { scope }: RouteQuestion): boolean => {
  const followed = followedRuleOf(scope);
  return followed?.rule.strict === true && !isInRule(model, followed.rule);
};

const missingCapability = (model: ListedModel, question: RouteQuestion): string | undefined => {
  const required = new Set([...question.requires, ...(policyOf(question.scope)?.requires ?? [])]);
  const missing = [...required].find((capability) => !model.capabilities.includes(capability));
  if (missing !== undefined) return `It lacks ${missing}.`;
  // An embedding model cannot write replies.
  return model.capabilities.includes('EMBEDDING') && !required.has('EMBEDDING')
    ? 'It makes embeddings, not replies.'
    : undefined;
};

const tooExpensive = (model: ListedModel, question: RouteQuestion): string | undefined => {
  const policy = policyOf(question.scope);
  if (policy === undefined) return undefined;
  const { maxInputPrice, maxOutputPrice, costCeilingUsd } = policy;
  for (const [kind, price, ceiling] of [
    ['input', model.price.input, maxInputPrice],
    ['output', model.price.output, maxOutputPrice],
  ] as const) {
    if (ceiling != null && new Decimal(price).gt(ceiling)) {
      const [cost, most] = [new Decimal(price).toFixed(), new Decimal(ceiling).toFixed()];
      return `A million ${kind} tokens cost ${cost} USD; the policy allows ${most}.`;
    }
  }
  const greatest = costCeilingUsd == null ? undefined : greatestCost(model, question);
  if (costCeilingUsd != null && greatest?.gt(costCeilingUsd)) {
    const [cost, most] = [greatest.toSignificantDigits(2).toFixed(), new Decimal(costCeilingUsd).toFixed()];
    return `Its longest reply would cost ${cost} USD; the policy allows ${most}.`;
  }
  return undefined;
};

const rejectionOf = (model: ListedModel, question: RouteQuestion): Rejection | undefined => {
  if (!isInScope(model, question)) return { verdict: 'NOT_IN_POLICY', reason: 'The policy does not list it.' };
  if (isKeptOutByRule(model, question)) {
    const position = followedRuleOf(question.scope)?.position;
    return { verdict: 'NOT_IN_RULE', reason: `Rule ${position} is followed, which allows other models only.` };
  }
  if (!model.enabled) return { verdict: 'DISABLED', reason: 'The operator has disabled it.' };
  if (liveWorkers(model, question.now) === 0) return { verdict: 'NO_WORKER', reason: 'No worker serves it now.' };
  const capability = missingCapability(model, question);
  if (capability !== undefined) return { verdict: 'MISSING_CAPABILITY', reason: capability };
  if (!model.tiers.includes(question.plan)) {
    return { verdict: 'NOT_IN_PLAN', reason: `The plan ${question.plan} does not include it.` };
  }
  const reply = Math.min(question.maxOutputTokens ?? expectedReplyTokens, model.maxOutputTokens);
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

/** Whether the scope names this model. */
const isNamed = (model: ListedModel, { scope }: RouteQuestion): boolean =>
  typeof scope === 'object' &&
  ('modelId' in scope ||
    scope.policy.modelIds.includes(model.id) ||
    (scope.followed?.rule.modelIds.includes(model.id) ?? false));

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
  const fitting = judged.filter(({ rejection }) => rejection === undefined).map(({ model }) => model);
  return [
    ...rankModels(fitting, question).map(
      (ranked, place): Judgement => ({ ...ranked, verdict: place === 0 ? 'CHOSEN' : 'FALLBACK' }),
    ),
    ...judged.flatMap(({ model, rejection }): Judgement[] => (rejection ? [{ model, ...rejection }] : [])),
  ];
};
