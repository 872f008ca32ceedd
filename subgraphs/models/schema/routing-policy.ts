/** The tenant's routing policies, and explainRoute, which says where a message would be routed and why. */
import type { RoutingPolicy } from '../entities.ts';
import { deletePolicy, readPolicies, upsertPolicy } from '../policies/change-policies.ts';
import type { Judgement, RouteVerdict } from '../routing/judge-models.ts';
import type { RouteDecision } from '../routing/route-message.ts';
import type { ModelsBuilder } from './builder.ts';
import type { ModelTypes } from './model.ts';

const addPolicyType = (builder: ModelsBuilder, types: ModelTypes) => {
  const strategy = builder.enumType('RoutingStrategy', {
    description: 'What orders the models that fit.',
    values: {
      PREFERENCE: { description: 'The order of the policy, or of the platform if the policy lists no models.' },
      PRICE: { description: 'The cost of the message, lowest first.' },
      LATENCY: {
        description: 'The recent time to the first token, shortest first; models without a figure come last.',
      },
    } satisfies Record<RoutingPolicy['strategy'], object>,
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
      isDefault: t.exposeBoolean('isDefault', { description: 'Whether it applies to messages that name no policy.' }),
      updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it was last changed.' }),
    }),
  });
  return { strategy, policy };
};
type PolicyTypes = ReturnType<typeof addPolicyType>;

const addMutations = (builder: ModelsBuilder, types: ModelTypes, { strategy, policy }: PolicyTypes): void => {
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

const addExplainRoute = (builder: ModelsBuilder, types: ModelTypes, { policy }: PolicyTypes): void => {
  const verdict = builder.enumType('RouteVerdict', {
    description: 'Whether a model is used for a message, or the first reason why it is not.',
    values: {
      CHOSEN: { description: 'It writes the reply.' },
      FALLBACK: { description: 'It is used if the models before it fail.' },
      NOT_IN_POLICY: { description: 'The policy does not list it, or another model was named.' },
      DISABLED: { description: 'The operator has disabled it.' },
      NO_WORKER: { description: 'No worker serves it now.' },
      MISSING_CAPABILITY: { description: 'It lacks a required capability, or only makes embeddings.' },
      NOT_IN_PLAN: { description: "The tenant's plan does not include it." },
      TOO_LONG: { description: 'Prompt and reply exceed its context window.' },
      TOO_EXPENSIVE: { description: 'Its price exceeds the maximum of the policy.' },
      UNHEALTHY: { description: 'It failed too often in the last minutes: its circuit is OPEN.' },
      NO_REAL_MODEL: { description: 'It is the demonstration, which is used only when no model fits.' },
    } satisfies Record<RouteVerdict, object>,
  });
  const judgement = builder.objectRef<Judgement>('RouteJudgement').implement({
    description: 'A model, and why a message would or would not be routed to it.',
    fields: (t) => ({
      model: t.field({ type: types.model, description: 'The model.', resolve: ({ model }) => model }),
      verdict: t.field({ type: verdict, description: 'The result.', resolve: (parent) => parent.verdict }),
      reason: t.exposeString('reason', { description: 'The verdict as a sentence.' }),
    }),
  });
  const decision = builder.objectRef<RouteDecision>('RoutingDecision').implement({
    description: 'Where a message would be routed now, and why.',
    fields: (t) => ({
      policy: t.field({
        type: policy,
        nullable: true,
        description:
          'The routing policy that applies; null if the message names a model, or if the order of the platform applies.',
        resolve: (parent) => parent.policy,
      }),
      plan: t.field({ type: types.PlanTier, description: 'Plan of the tenant.', resolve: ({ terms }) => terms.plan }),
      candidates: t.field({
        type: [judgement],
        description: 'Every model: first those that may write the reply, best first, then the others.',
        resolve: ({ judgements }) => judgements,
      }),
    }),
  });
  const input = builder.inputType('ExplainRouteInput', {
    description: 'A message that could be sent.',
    fields: (t) => ({
      modelPolicy: t.string({ description: 'Name of a routing policy, or id of a model; absent for the default.' }),
      requires: t.field({ type: [types.ModelCapability], description: 'What the model must be able to do.' }),
      inputTokens: t.int({ required: true, defaultValue: 1000, description: 'Tokens of the prompt.' }),
      maxOutputTokens: t.int({ description: 'Most tokens of the reply.' }),
    }),
  });
  builder.queryField('explainRoute', (t) =>
    t.field({
      type: decision,
      description: 'Where a message of your tenant would be routed now, and why. Sends nothing.',
      args: { input: t.arg({ type: input, required: true, description: 'The message.' }) },
      resolve: (_, args, { identity, routing }) => routing.decide(identity, args.input),
    }),
  );
};

export const addRoutingPolicies = (builder: ModelsBuilder, types: ModelTypes): void => {
  const policyTypes = addPolicyType(builder, types);
  builder.queryField('routingPolicies', (t) =>
    t.field({
      type: [policyTypes.policy],
      description: 'Routing policies of your tenant, by name.',
      resolve: (_, _args, { database, identity }) => readPolicies(database, identity.tenantId),
    }),
  );
  addMutations(builder, types, policyTypes);
  addExplainRoute(builder, types, policyTypes);
};
