/**
 * Orders the models that may reply to a message, best first, and says of each why it stands there. Pure. Models that
 * failed lately come last. Before them, models with the capabilities that a reply prefers come before those without;
 * among those, the models of the followed rule come before the policy's others; among those,
 * models that meet the policy's latency target before those that miss it; among those, the strategy decides. Invariant:
 * ranking excludes nothing: a model that misses the target is asked when the models before it fail.
 */
import type { ListedModel } from '../catalogue/catalogue.ts';
import { circuitFor } from '../catalogue/model-health.ts';
import { isInRule } from '../policies/is-in-rule.ts';
import { expectedCost } from './reply-cost.ts';
import { followedRuleOf, policyOf, type RouteQuestion } from './route-question.ts';

export interface RankedModel {
  readonly model: ListedModel;
  /** One sentence for people. */
  readonly reason: string;
}

const isRecovering = ({ health }: ListedModel, { tenantId }: RouteQuestion): boolean =>
  circuitFor(health, tenantId) === 'HALF_OPEN';

const lacksPreferred = ({ capabilities }: ListedModel, { prefers = [] }: RouteQuestion): boolean =>
  !prefers.every((capability) => capabilities.includes(capability));

/** A model without a figure counts as meeting the target: it would never get one otherwise. */
const missesTarget = ({ health }: ListedModel, targetMs: number | null | undefined): boolean =>
  targetMs != null && (health.firstTokenP95Ms ?? 0) > targetMs;

/** Lower is better; models without a figure come last. */
const strategyRank = (model: ListedModel, question: RouteQuestion): number => {
  const policy = policyOf(question.scope);
  if (policy === undefined) return 0;
  const { strategy, modelIds } = policy;
  if (strategy === 'LATENCY') return model.health.firstTokenP50Ms ?? Number.POSITIVE_INFINITY;
  if (strategy === 'PREFERENCE') return modelIds.indexOf(model.id);
  const followed = followedRuleOf(question.scope);
  if (followed && followed.rule.pool === null && isInRule(model, followed.rule)) {
    return followed.rule.modelIds.indexOf(model.id);
  }
  return expectedCost(model, question).toNumber();
};

/** Compares two ranks that may be infinite. */
const compare = (one: number, other: number): number => (one === other ? 0 : one < other ? -1 : 1);

const milliseconds = (value: number): string => `${Math.round(value)} ms`;

const latencyPart = ({ health }: ListedModel, targetMs: number | null | undefined): string | undefined => {
  if (targetMs == null) return undefined;
  const { firstTokenP95Ms } = health;
  if (firstTokenP95Ms === undefined) return 'nothing is known of its latency yet';
  const verb = firstTokenP95Ms > targetMs ? 'misses' : 'meets';
  return `it ${verb} the target of ${milliseconds(targetMs)} with ${milliseconds(firstTokenP95Ms)}`;
};

/** What sets a candidate of an AUTO policy, or of one with a target, apart. */
const partsOf = (model: ListedModel, question: RouteQuestion): readonly string[] => {
  const policy = policyOf(question.scope);
  const followed = followedRuleOf(question.scope);
  const parts: string[] = [];
  const { prefers = [] } = question;
  if (prefers.length > 0 && !lacksPreferred(model, question)) parts.push(`it has ${prefers.join(' and ')}`);
  if (followed) {
    const { position } = followed;
    parts.push(
      isInRule(model, followed.rule) ? `rule ${position} asks for it` : `rule ${position} asks for other models`,
    );
  } else if (policy?.strategy === 'AUTO') parts.push('no rule is followed');
  const latency = latencyPart(model, policy?.latencyTargetMs);
  if (latency !== undefined) parts.push(latency);
  return parts;
};

const reasonOf = (model: ListedModel, question: RouteQuestion, place: number): string => {
  if (place > 0 && isRecovering(model, question)) return 'It failed lately, so it comes after the healthy models.';
  const parts = partsOf(model, question);
  const because = parts.length === 0 ? '' : ` (${parts.join('; ')})`;
  return place === 0
    ? `It is the best model that fits${because}.`
    : `It fits, and is used if the models before it fail${because}.`;
};

/** @param models those that fit, in the platform's order, which decides between models of equal rank */
export const rankModels = (models: readonly ListedModel[], question: RouteQuestion): readonly RankedModel[] => {
  const targetMs = policyOf(question.scope)?.latencyTargetMs;
  const followed = followedRuleOf(question.scope);
  return models
    .map((model) => ({
      model,
      ranks: [
        Number(isRecovering(model, question)),
        Number(lacksPreferred(model, question)),
        Number(followed !== undefined && !isInRule(model, followed.rule)),
        Number(missesTarget(model, targetMs)),
        strategyRank(model, question),
      ],
    }))
    .sort((one, other) => {
      const differing = one.ranks.findIndex((rank, index) => rank !== other.ranks[index]);
      return differing < 0 ? 0 : compare(one.ranks[differing] ?? 0, other.ranks[differing] ?? 0);
    })
    .map(({ model }, place) => ({ model, reason: reasonOf(model, question, place) }));
};
