/** The tenant's routing policies. */
import type { ReuseShare } from '#contracts/reuse.ts';
import type { RoutingPolicy } from '../entities.ts';
import { deletePolicy, readPolicies, upsertPolicy } from '../policies/change-policies.ts';
import type { ModelsBuilder } from './builder.ts';
import type { ModelTypes } from './model.ts';
import type { RuleTypes } from './policy-rule.ts';

const texts = {
  latencyTargetMs:
    'Milliseconds to the first token, in which 95 of 100 replies of a model should have begun lately. Models that miss it come after those that meet it, and a model in whose queue a reply would wait longer is passed over.',
  defaultOutputTokens: "Tokens of a reply whose message does not say how many; null for the plan's default.",
  maxOutputTokens:
    'Most tokens that a message may ask for, thoughts not counted; one that asks for more is refused. A lower ceiling of the plan applies.',
  costCeilingUsd:
    'Most USD of one reply: the likely prompt and the longest reply that the message allows, without repeated requests for tools. A model that could cost more is not used.',
  requestCacheSeconds:
    'Seconds, 1 to 3600, for which a reply is served again to an equal request; null: never. Only with temperature 0, without tools, and where the text names no time such as "today".',
  similarCacheSeconds:
    'Seconds, 1 to 3600, for which a reply to the first question of a conversation is served again to first questions that ask the same in other words of asking; null: never. Numbers, units, dates, names and negations must be equal.',
  usesCuratedReplies:
    'Whether curatedReplies are served to first questions of conversations without instructions of their own.',
  cacheShare: 'Who may get a reply that was kept. Curated replies are for everybody of the tenant.',
};

const addPolicyType = (builder: ModelsBuilder, types: ModelTypes, { rule }: RuleTypes) => {
  const strategy = builder.enumType('RoutingStrategy', {
    description: 'What orders the models that fit.',
    values: {
      PREFERENCE: { description: 'The order of the policy, or of the platform if the policy lists no models.' },
      PRICE: { description: 'The cost of the message, lowest first.' },
      LATENCY: {
        description: 'The recent time to the first token, shortest first; models without a figure come last.',
      },
      AUTO: {
        description:
          'The models of the first rule that is for the question, then the others. In each group, those that meet latencyTargetMs come first; among them, the models that a rule names in its order, otherwise the cheapest first. Without a rule for a complexity, a hard question goes to the cheapest model too: nothing in the catalogue says how strong a model is.',
      },
    } satisfies Record<RoutingPolicy['strategy'], object>,
  });
  const share = builder.enumType('CacheShare', {
    description: 'Who may get a reply that was written for somebody.',
    values: {
      USER: { description: 'Only the user for whom it was written.' },
      TENANT: {
        description: 'Every user of the tenant who asks exactly the same, instructions and history included.',
      },
    } satisfies Record<ReuseShare, object>,
  });
  const policy = builder.objectRef<RoutingPolicy>('RoutingPolicy').implement({
    description:
      "A tenant's named rules for choosing a model. A conversation or a message refers to it as its modelPolicy.",
    fields: (t) => ({
      name: t.exposeString('name', { description: 'Unique within the tenant.' }),
      description: t.exposeString('description', { nullable: true, description: 'What it is for.' }),
      models: t.field({
        type: [types.model],
        description:
          'Models to choose from, in order of preference; empty for all models in the order of the platform.',
        resolve: async ({ modelIds }, _, { catalogue }) => {
          const { byId } = await catalogue.current();
          return modelIds.flatMap((id) => byId.get(id) ?? []);
        },
      }),
      requires: t.field({
        type: [types.ModelCapability],
        description: 'What the model must be able to do.',
        resolve: ({ requires }) => requires,
      }),
      strategy: t.field({ type: strategy, description: 'Order of the models.', resolve: (parent) => parent.strategy }),
      maxInputPrice: t.expose('maxInputPrice', {
        type: 'Decimal',
        nullable: true,
        description: 'Most USD per million input tokens.',
      }),
      maxOutputPrice: t.expose('maxOutputPrice', {
        type: 'Decimal',
        nullable: true,
        description: 'Most USD per million output tokens.',
      }),
      rules: t.field({
        type: [rule],
        description: 'The rules, in order: the first one that is for a question is followed. Only with AUTO.',
        resolve: ({ rules }) => [...rules],
      }),
      latencyTargetMs: t.exposeInt('latencyTargetMs', { nullable: true, description: texts.latencyTargetMs }),
      costCeilingUsd: t.expose('costCeilingUsd', {
        type: 'Decimal',
        nullable: true,
        description: texts.costCeilingUsd,
      }),
      requestCacheSeconds: t.exposeInt('requestCacheSeconds', {
        nullable: true,
        description: texts.requestCacheSeconds,
      }),
      similarCacheSeconds: t.exposeInt('similarCacheSeconds', {
        nullable: true,
        description: texts.similarCacheSeconds,
      }),
      usesCuratedReplies: t.exposeBoolean('usesCuratedReplies', { description: texts.usesCuratedReplies }),
      cacheShare: t.field({ type: share, description: texts.cacheShare, resolve: (parent) => parent.cacheShare }),
      defaultOutputTokens: t.exposeInt('defaultOutputTokens', {
        nullable: true,
        description: texts.defaultOutputTokens,
      }),
      maxOutputTokens: t.exposeInt('maxOutputTokens', { nullable: true, description: texts.maxOutputTokens }),
      isDefault: t.exposeBoolean('isDefault', { description: 'Whether it applies to messages that name no policy.' }),
      updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it was last changed.' }),
    }),
  });
  return { strategy, share, policy };
};
export type PolicyTypes = ReturnType<typeof addPolicyType>;

const addMutations = (
  builder: ModelsBuilder,
  types: ModelTypes,
  { strategy, share, policy, ruleInput }: PolicyTypes & { readonly ruleInput: RuleTypes['input'] },
): void => {
  const input = builder.inputType('RoutingPolicyInput', {
    description: 'The desired state of a routing policy.',
    fields: (t) => ({
      name: t.string({ required: true, description: 'Up to 63 lower case letters, digits and hyphens.' }),
      description: t.string({ description: 'What it is for.' }),
      modelIds: t.idList({ description: 'Models in order of preference; absent or empty for all.' }),
      requires: t.field({ type: [types.ModelCapability], description: 'What the model must be able to do.' }),
      strategy: t.field({
        type: strategy,
        required: true,
        defaultValue: 'PREFERENCE',
        description: 'Order of the models that fit.',
      }),
      maxInputPrice: t.field({ type: 'Decimal', description: 'Most USD per million input tokens.' }),
      maxOutputPrice: t.field({ type: 'Decimal', description: 'Most USD per million output tokens.' }),
      rules: t.field({
        type: [ruleInput],
        description: 'In order: the first rule that is for a question is followed. At most 50, and only with AUTO.',
      }),
      latencyTargetMs: t.int({ description: texts.latencyTargetMs }),
      costCeilingUsd: t.field({ type: 'Decimal', description: texts.costCeilingUsd }),
      requestCacheSeconds: t.int({ description: texts.requestCacheSeconds }),
      similarCacheSeconds: t.int({ description: texts.similarCacheSeconds }),
      usesCuratedReplies: t.boolean({ defaultValue: false, description: texts.usesCuratedReplies }),
      cacheShare: t.field({
        type: share,
        defaultValue: 'USER' as const,
        description: texts.cacheShare,
      }),
      defaultOutputTokens: t.int({ description: texts.defaultOutputTokens }),
      maxOutputTokens: t.int({ description: texts.maxOutputTokens }),
      isDefault: t.boolean({
        required: true,
        defaultValue: false,
        description: 'Whether it applies to messages that name no policy. It then replaces the former default.',
      }),
    }),
  });
  builder.mutationFields((t) => ({
    upsertRoutingPolicy: t.field({
      type: policy,
      authScopes: { role: 'ADMIN' },
      description: 'Adds a routing policy of your tenant, or replaces the one with its name. For administrators.',
      args: { input: t.arg({ type: input, required: true, description: 'The policy.' }) },
      resolve: (_, args, context) => upsertPolicy(context, context.identity, args.input),
    }),
    deleteRoutingPolicy: t.boolean({
      authScopes: { role: 'ADMIN' },
      description:
        'Deletes a routing policy of your tenant. Conversations that refer to it are refused until they refer to another one. For administrators.',
      args: { name: t.arg.string({ required: true, description: 'Name of the policy.' }) },
      resolve: async (_, { name }, context) => {
        await deletePolicy(context, context.identity, name);
        return true;
      },
    }),
  }));
};

export const addRoutingPolicies = (builder: ModelsBuilder, types: ModelTypes, rules: RuleTypes) => {
  const policyTypes = addPolicyType(builder, types, rules);
  builder.queryField('routingPolicies', (t) =>
    t.field({
      type: [policyTypes.policy],
      description: 'Routing policies of your tenant, by name.',
      resolve: (_, _args, { database, identity }) => readPolicies(database, identity.tenantId),
    }),
  );
  addMutations(builder, types, { ...policyTypes, ruleInput: rules.input });
  return policyTypes;
};
