/**
 * Parses the rules of a policy as an administrator gave them. Invariant: each rule that passes can be followed: its
 * models exist and write replies, the policy may use one of them for every question that the rule is for, and no
 * earlier rule always comes first. What cannot be is BAD_USER_INPUT, with the argument and what to do.
 */
import type { Complexity } from '#contracts/complexity/complexity.ts';
import { judgedLanguages } from '#contracts/complexity/question-language.ts';
import type { ModerationCategory } from '#contracts/moderation/categories.ts';
import type { PlanTier } from '#contracts/plan-tiers.ts';
import type { Pool } from '#contracts/pools.ts';
import { AppError } from '#kernel/errors.ts';
import type { CatalogueSnapshot, ListedModel } from '../catalogue/catalogue.ts';
import type { ModelCapability, PolicyRule } from '../entities.ts';
import { isInRule } from './is-in-rule.ts';

type Optional<Value> = Value | null | undefined;

/** Null and an empty list are no condition. */
export interface RuleInput {
  readonly complexity?: Optional<readonly Complexity[]>;
  readonly languages?: Optional<readonly string[]>;
  readonly images?: Optional<boolean>;
  readonly tools?: Optional<boolean>;
  readonly moderation?: Optional<readonly ModerationCategory[]>;
  readonly plans?: Optional<readonly PlanTier[]>;
  readonly modelIds?: Optional<readonly string[]>;
  readonly pool?: Optional<Pool>;
  readonly strict: boolean;
}

/** What the rules belong to. */
export interface RuledPolicy {
  /** Empty for all models. */
  readonly modelIds: readonly string[];
  readonly requires: readonly ModelCapability[];
  readonly catalogue: CatalogueSnapshot;
}

/** Most rules of a policy: each message is matched against all of them. */
const maxRules = 50;
/** Most models of a rule. A job carries five candidates. */
const maxModels = 20;

const refuse = (argument: string, sentence: string): never => {
  throw new AppError('BAD_USER_INPUT', sentence, { argument: `input.rules${argument}` });
};

const unique = <Value>(values: Optional<readonly Value[]>): readonly Value[] => [...new Set(values ?? [])];

const normalize = (input: RuleInput): PolicyRule => ({
  complexity: unique(input.complexity),
  languages: unique(input.languages),
  images: input.images ?? null,
  tools: input.tools ?? null,
  moderation: unique(input.moderation),
  plans: unique(input.plans),
  modelIds: [...(input.modelIds ?? [])],
  pool: input.pool ?? null,
  strict: input.strict,
});

const checkModels = (rule: PolicyRule, { modelIds, catalogue }: RuledPolicy, at: string): void => {
  if (rule.modelIds.length > maxModels) refuse(`${at}.modelIds`, `A rule names at most ${maxModels} models.`);
  if (new Set(rule.modelIds).size < rule.modelIds.length) refuse(`${at}.modelIds`, 'A model is named twice.');
  if (rule.modelIds.length > 0 && rule.pool !== null) {
    refuse(`${at}.pool`, 'A rule has models or a pool, not both. Remove one of them.');
  }
  if (rule.modelIds.length === 0 && rule.pool === null) {
    refuse(at, 'A rule needs models or a pool, which questions that it is for go to. Name one of them.');
  }
  for (const id of rule.modelIds) {
    const model = catalogue.byId.get(id);
    if (!model) refuse(`${at}.modelIds`, 'One of the models does not exist. The query "models" lists them.');
    if (model?.capabilities.includes('EMBEDDING')) {
      refuse(`${at}.modelIds`, 'One of the models makes embeddings and cannot write replies. Choose another one.');
    }
    if (modelIds.length > 0 && !modelIds.includes(id)) {
      refuse(`${at}.modelIds`, 'One of the models is not among those of the policy. Add it there too.');
    }
  }
};

const checkLanguages = ({ languages }: PolicyRule, at: string): void => {
  if (languages.every((language) => judgedLanguages.includes(language))) return;
  const known = judgedLanguages.join(', ');
  refuse(`${at}.languages`, `One of the languages is never recognized. Use codes of these: ${known}.`);
};

/** Throws where no model could ever write a reply under the rule. */
const checkUsable = (rule: PolicyRule, policy: RuledPolicy, at: string): void => {
  const own = policy.catalogue.models.filter(
    (model) => isInRule(model, rule) && (policy.modelIds.length === 0 || policy.modelIds.includes(model.id)),
  );
  // Workers may still announce the first model of a pool.
  if (own.length === 0 && policy.modelIds.length === 0) return;
  if (own.length === 0) refuse(`${at}.pool`, 'None of the models of the policy is in this pool. Add one to it.');
  const can = (capability: ModelCapability) => (model: ListedModel) => model.capabilities.includes(capability);
  const needs: readonly (readonly [boolean, string, (model: ListedModel) => boolean, string])[] = [
    [rule.images === true, 'images', can('VISION'), 'None of its models understands images (VISION).'],
    [rule.tools === true, 'tools', can('TOOLS'), 'None of its models can call tools (TOOLS).'],
    [
      rule.plans.length > 0,
      'plans',
      ({ tiers }) => rule.plans.some((plan) => tiers.includes(plan)),
      'None of its models is included in one of these plans.',
    ],
    [
      policy.requires.length > 0,
      'modelIds',
      (model) => policy.requires.every((capability) => can(capability)(model)),
      'None of its models can do what the policy requires.',
    ],
  ];
  for (const [isNeeded, argument, suits, sentence] of needs) {
    if (isNeeded && !own.some(suits)) refuse(`${at}.${argument}`, `${sentence} Choose other models.`);
  }
};

const impliesList = (earlier: readonly string[], later: readonly string[]): boolean =>
  earlier.length === 0 || (later.length > 0 && later.every((value) => earlier.includes(value)));
const impliesFlag = (earlier: boolean | null, later: boolean | null): boolean => earlier === null || earlier === later;

/** Whether every question of the later rule follows the earlier one. */
const covers = (earlier: PolicyRule, later: PolicyRule): boolean =>
  impliesList(earlier.complexity, later.complexity) &&
  impliesList(earlier.languages, later.languages) &&
  impliesList(earlier.moderation, later.moderation) &&
  impliesList(earlier.plans, later.plans) &&
  impliesFlag(earlier.images, later.images) &&
  impliesFlag(earlier.tools, later.tools);

/** Throws BAD_USER_INPUT. */
export const parseRules = (inputs: readonly RuleInput[], policy: RuledPolicy): readonly PolicyRule[] => {
  if (inputs.length > maxRules) refuse('', `A policy has at most ${maxRules} rules.`);
  const rules = inputs.map(normalize);
  for (const [index, rule] of rules.entries()) {
    const at = `.${index}`;
    checkModels(rule, policy, at);
    checkLanguages(rule, at);
    checkUsable(rule, policy, at);
    const first = rules.slice(0, index).findIndex((earlier) => covers(earlier, rule));
    if (first >= 0) {
      refuse(at, `Rule ${index + 1} is never followed, because rule ${first + 1} always comes first. Move it up.`);
    }
  }
  return rules;
};
