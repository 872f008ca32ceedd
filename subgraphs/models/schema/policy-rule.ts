/** The rules of routing policies, as type and input. */
import { complexityOptions } from '#kernel/subgraph-server/complexity.ts';
import { moderationCategoryOptions } from '#kernel/subgraph-server/moderation-category.ts';
import type { PolicyRule } from '../entities.ts';
import type { ModelsBuilder } from './builder.ts';
import type { ModelTypes } from './model.ts';

const texts = {
  complexity: 'Classes that the question has one of; empty for any.',
  languages: 'Languages that the question is in one of, by ISO 639-1, such as "de"; empty for any.',
  images: 'Whether the question has images; null for either.',
  tools: 'Whether the message names tools; null for either.',
  moderation: 'Categories that screening has flagged the question for one of; empty for any question.',
  plans: "Plans of which the tenant has one; empty for any. The operator changes a tenant's plan.",
  pool: 'The pool whose models reply, in the order of judgement; null where the rule has models.',
  strict:
    "Whether only these models may reply. Otherwise the policy's other models come after them, for when these fail, are busy or do not fit.",
};

export const addPolicyRule = (builder: ModelsBuilder, types: ModelTypes) => {
  const complexity = builder.enumType('Complexity', complexityOptions);
  const category = builder.enumType('ModerationCategory', moderationCategoryOptions);
  const rule = builder.objectRef<PolicyRule>('RoutingRule').implement({
    description: 'Which questions a rule is for, and the models that reply to them. All of its conditions must hold.',
    fields: (t) => ({
      complexity: t.field({
        type: [complexity],
        description: texts.complexity,
        resolve: (parent) => [...parent.complexity],
      }),
      languages: t.stringList({ description: texts.languages, resolve: ({ languages }) => [...languages] }),
      images: t.exposeBoolean('images', { nullable: true, description: texts.images }),
      tools: t.exposeBoolean('tools', { nullable: true, description: texts.tools }),
      moderation: t.field({
        type: [category],
        description: texts.moderation,
        resolve: ({ moderation }) => [...moderation],
      }),
      plans: t.field({ type: [types.PlanTier], description: texts.plans, resolve: ({ plans }) => [...plans] }),
      modelIds: t.idList({
        description: 'Ids of the models that reply, in order of preference; empty where the rule has a pool.',
        resolve: ({ modelIds }) => [...modelIds],
      }),
      models: t.field({
        type: [types.model],
        description:
          'The models of modelIds that still exist. Selecting them for all rules of all policies costs much.',
        resolve: async ({ modelIds }, _, { catalogue }) => {
          const { byId } = await catalogue.current();
          return modelIds.flatMap((id) => byId.get(id) ?? []);
        },
      }),
      pool: t.field({ type: types.Pool, nullable: true, description: texts.pool, resolve: ({ pool }) => pool }),
      strict: t.exposeBoolean('strict', { description: texts.strict }),
    }),
  });
  const input = builder.inputType('RoutingRuleInput', {
    description: 'A rule of a routing policy. It has models or a pool, and every condition that it has must hold.',
    fields: (t) => ({
      complexity: t.field({ type: [complexity], description: texts.complexity }),
      languages: t.stringList({ description: texts.languages }),
      images: t.boolean({ description: texts.images }),
      tools: t.boolean({ description: texts.tools }),
      moderation: t.field({ type: [category], description: texts.moderation }),
      plans: t.field({ type: [types.PlanTier], description: texts.plans }),
      modelIds: t.idList({ description: 'The models that reply, in order of preference; at most 20.' }),
      pool: t.field({ type: types.Pool, description: texts.pool }),
      strict: t.boolean({ required: true, defaultValue: false, description: texts.strict }),
    }),
  });
  return { complexity, category, rule, input };
};
export type RuleTypes = ReturnType<typeof addPolicyRule>;
