/**
 * Rules of a policy between the form and the server. The fields of a rule have names of their own, by the key that the
 * form gives the rule. Invariant: a rule that nobody touches is saved as it was, with its models in their order.
 */
import type {
  Complexity,
  ModerationCategory,
  PlanTier,
  Pool,
  RoutingQuery,
  UpsertRoutingPolicyMutationVariables,
} from '../generated/graphql.ts';
import type { FormValues } from '../parts/form.tsx';

export type Rule = RoutingQuery['routingPolicies'][number]['rules'][number];
type RuleInput = NonNullable<UpsertRoutingPolicyMutationVariables['input']['rules']>[number];

/** A rule in the form: a stored one, or a new one. */
export interface EditedRule {
  readonly key: string;
  readonly stored: Rule | undefined;
}

export const complexities: readonly Complexity[] = ['SIMPLE', 'MODERATE', 'COMPLEX'];
export const categories: readonly ModerationCategory[] = [
  ...(['PROFANITY', 'HATE', 'THREAT', 'SELF_HARM', 'CHAT_TEMPLATE', 'PROMPT_INJECTION'] as const),
];
export const plans: readonly PlanTier[] = ['FREE', 'PRO', 'ENTERPRISE'];
export const pools: readonly Pool[] = ['SMALL', 'MEDIUM', 'LARGE', 'EXTERNAL'];

export const fieldName = (key: string, field: string): string => `${key}/${field}`;

/** How a select says true, false and null. */
export const flagChoices = { true: 'with', false: 'without', null: '' } as const;
const flagOf = (text: string): boolean | null => (text === '' ? null : text === flagChoices.true);

/** Chosen models keep the order of before; those that are new come last. */
export const keepOrder = (chosen: readonly string[], before: readonly string[]): readonly string[] => [
  ...before.filter((id) => chosen.includes(id)),
  ...chosen.filter((id) => !before.includes(id)),
];

export const ruleInput = (values: FormValues, { key, stored }: EditedRule): RuleInput => {
  const text = (field: string): string => values.text(fieldName(key, field));
  const all = (field: string): readonly string[] => values.all(fieldName(key, field));
  const before = stored?.modelIds ?? [];
  return {
    complexity: complexities.filter((value) => all('complexity').includes(value)),
    languages: text('languages')
      .split(/[\s,;]+/)
      .filter((code) => code !== ''),
    images: flagOf(text('images')),
    tools: flagOf(text('tools')),
    moderation: categories.filter((value) => all('moderation').includes(value)),
    plans: plans.filter((value) => all('plans').includes(value)),
    modelIds: [...keepOrder(all('models'), before)],
    pool: pools.find((value) => value === text('pool')) ?? null,
    strict: values.isChecked(fieldName(key, 'strict')),
  };
};
