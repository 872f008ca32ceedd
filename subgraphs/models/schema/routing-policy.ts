/** Routing policies of the tenant, and explainRoute: why a message would go where it goes. */
import type { RoutingPolicy } from '../entities.ts';
import { deletePolicy, upsertPolicy } from '../policies/change-policies.ts';
import type { Judgement, RouteVerdict } from '../routing/judge-models.ts';
import type { RouteDecision } from '../routing/route-message.ts';
import type { ModelsBuilder } from './builder.ts';
import type { ModelTypes } from './model.ts';

const addPolicyType = (builder: ModelsBuilder, types: ModelTypes) => {
  const strategy = builder.enumType('RoutingStrategy', {
    description: 'What the models that fit are put in order by.',
    values: {
      PREFERENCE: { description: 'The order of the policy; that of the platform where it lists none.' },
      PRICE: { description: 'What the message would cost, lowest first.' },
      LATENCY: {
        description: 'How soon the first token came lately, soonest first; models without a figure come last.',
      },
    } satisfies Record<RoutingPolicy['strategy'], object>,
  });
  const policy = builder.objectRef<RoutingPolicy>('RoutingPolicy').implement({
    description: "One of a tenant's ways to choose a model; a conversation or a message names it as its modelPolicy.",
    fields: (t) => ({
      name: t.exposeString('name', { description: 'Unique in the tenant.' }),
      description: t.exposeString('description', { nullable: true, description: 'What it is for.' }),
      models: t.field({
        type: [types.model],
        description: 'Models to choose from, in order of preference; empty: all, in the order of the platform.',
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
      isDefault: t.exposeBoolean('isDefault', { description: 'Whether messages that name no policy follow it.' }),
      updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it was last changed.' }),
    }),
  });
  return { strategy, policy };
};
type PolicyTypes = ReturnType<typeof addPolicyType>;

const addMutations = (builder: ModelsBuilder, types: ModelTypes, { strategy, policy }: PolicyTypes): void => {
  const input = builder.inputType('RoutingPolicyInput', {
    description: 'A routing policy as it shall be.',
    fields: (t) => ({
      name: t.string({ required: true, description: 'Up to 63 lower case letters, digits and hyphens.' }),
      description: t.string({ description: 'What it is for.' }),
      modelIds: t.idList({ description: 'Models in order of preference. Absent or empty: all.' }),
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
        description: 'Follow it for messages that name no policy; another default ceases to be one.',
      }),
    }),
  });
  builder.mutationFields((t) => ({
    upsertRoutingPolicy: t.field({
      type: policy,
      authScopes: { role: 'ADMIN' },
      description: 'Adds a routing policy of your tenant, or replaces the one with its name. For administrators.',
      args: { input: t.arg({ type: input, required: true, description: 'The policy.' }) },
      resolve: async (_, args, context) => {
        const { description, modelIds, requires, maxInputPrice, maxOutputPrice, ...given } = args.input;
        const terms = {
          ...given,
          description: description ?? null,
          modelIds: modelIds ?? [],
          requires: requires ?? [],
          maxInputPrice: maxInputPrice ?? null,
          maxOutputPrice: maxOutputPrice ?? null,
        };
        return upsertPolicy(context, context.identity, terms, await context.catalogue.current());
      },
    }),
    deleteRoutingPolicy: t.boolean({
      authScopes: { role: 'ADMIN' },
      description:
        'Deletes a routing policy of your tenant. Conversations that name it are refused until they name another. For administrators.',
      args: { name: t.arg.string({ required: true, description: 'Its name.' }) },
      resolve: async (_, { name }, context) => {
        await deletePolicy(context, context.identity, name);
        return true;
      },
    }),
  }));
};

const addExplainRoute = (builder: ModelsBuilder, types: ModelTypes, { policy }: PolicyTypes): void => {
  const verdict = builder.enumType('RouteVerdict', {
    description: 'Whether a model answers, or the first reason why it does not.',
    values: {
      CHOSEN: { description: 'It answers.' },
      FALLBACK: { description: 'It answers when those before it cannot.' },
      NOT_IN_POLICY: { description: 'The policy does not list it, or another model was named.' },
      DISABLED: { description: 'The operator has switched it off.' },
      NO_WORKER: { description: 'No worker serves it now.' },
      MISSING_CAPABILITY: { description: 'It cannot do what is required, or makes embeddings only.' },
      NOT_IN_PLAN: { description: "The tenant's plan does not include it." },
      TOO_LONG: { description: 'Prompt and answer exceed its context window.' },
      TOO_EXPENSIVE: { description: 'Its price exceeds what the policy allows.' },
      UNHEALTHY: { description: 'It failed too often in the last minutes: its circuit is OPEN.' },
      NO_REAL_MODEL: { description: 'It is the demonstration, which stands in only where no model fits.' },
    } satisfies Record<RouteVerdict, object>,
  });
  const judgement = builder.objectRef<Judgement>('RouteJudgement').implement({
    description: 'A model, and why a message would or would not go to it.',
    fields: (t) => ({
      model: t.field({ type: types.model, description: 'The model.', resolve: ({ model }) => model }),
      verdict: t.field({ type: verdict, description: 'How it fared.', resolve: (parent) => parent.verdict }),
      reason: t.exposeString('reason', { description: 'The same as a sentence.' }),
    }),
  });
  const decision = builder.objectRef<RouteDecision>('RoutingDecision').implement({
    description: 'Where a message would go now, and why.',
    fields: (t) => ({
      policy: t.field({
        type: policy,
        nullable: true,
        description: 'Routing policy that was followed; null: one model was named, or the order of the platform.',
        resolve: (parent) => parent.policy,
      }),
      plan: t.field({ type: types.PlanTier, description: 'Plan of the tenant.', resolve: ({ terms }) => terms.plan }),
      candidates: t.field({
        type: [judgement],
        description: 'Every model: those that may answer first, the best first, then the others.',
        resolve: ({ judgements }) => judgements,
      }),
    }),
  });
  const input = builder.inputType('ExplainRouteInput', {
    description: 'A message as it would be sent.',
    fields: (t) => ({
      modelPolicy: t.string({ description: 'Name of a routing policy, or id of a model. Absent: the default.' }),
      requires: t.field({ type: [types.ModelCapability], description: 'What the model must be able to do.' }),
      inputTokens: t.int({ required: true, defaultValue: 1000, description: 'Tokens of the prompt.' }),
      maxOutputTokens: t.int({ description: 'Most tokens of the answer.' }),
    }),
  });
  builder.queryField('explainRoute', (t) =>
    t.field({
      type: decision,
      description: 'Where a message of your tenant would go now, and why each model won or lost. Sends nothing.',
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
      resolve: async (_, _args, { identity, tenantPolicies }) => [...(await tenantPolicies(identity.tenantId))],
    }),
  );
  addMutations(builder, types, policyTypes);
  addExplainRoute(builder, types, policyTypes);
};
