/**
 * The entity Model and the queries for it. Everything comes from the catalogue in memory: a page of messages that asks for its
 * models costs no statement.
 */
import type { Pool } from '#kernel/broker/topology.ts';
import { planTierOptions } from '#kernel/subgraph-server/builder.ts';
import { type ListedModel, liveWorkers } from '../catalogue/catalogue.ts';
import type { CircuitState } from '../catalogue/circuit.ts';
import { circuitFor, type ModelHealth } from '../catalogue/model-health.ts';
import type { ModelCapability } from '../routing/judge-models.ts';
import type { ModelsBuilder } from './builder.ts';

const addEnums = (builder: ModelsBuilder) => ({
  Pool: builder.enumType('Pool', {
    description: 'A class of workers with a queue of its own.',
    values: {
      SMALL: { description: 'Small models on machines of this installation.' },
      MEDIUM: { description: 'Medium models on machines of this installation.' },
      LARGE: { description: 'Large models on machines of this installation.' },
      EXTERNAL: { description: 'Models of providers on the net.' },
    } satisfies Record<Pool, object>,
  }),
  ModelCapability: builder.enumType('ModelCapability', {
    description: 'What a model can do beyond plain text.',
    values: {
      TOOLS: { description: 'It can ask for tools.' },
      VISION: { description: 'It understands pictures.' },
      JSON: { description: 'It can be held to answer in JSON.' },
      PREFILL: {
        description: 'It can go on after the beginning of an answer, so that no text is void when a worker fails.',
      },
      EMBEDDING: { description: 'It makes embeddings, not answers.' },
    } satisfies Record<ModelCapability, object>,
  }),
  PlanTier: builder.enumType('PlanTier', planTierOptions),
  CircuitState: builder.enumType('CircuitState', {
    description: 'Whether a model is used after how it did in the last minutes.',
    values: {
      CLOSED: { description: 'It is used.' },
      OPEN: { description: 'It failed too often lately and is not used.' },
      HALF_OPEN: { description: 'It is tried again, after every healthy model.' },
    } satisfies Record<CircuitState, object>,
  }),
});

const addProvider = (builder: ModelsBuilder) => {
  const provider = builder.objectRef<ListedModel['provider']>('Provider');
  provider.implement({
    description: 'Who runs a model: a company, an engine on this network, or this installation itself.',
    fields: (t) => ({
      name: t.exposeString('name', { description: 'First part of the ids of its models, e.g. "openai".' }),
      displayName: t.exposeString('displayName', { description: 'Name for people.' }),
      kind: t.exposeString('kind', { description: 'How workers talk to it, e.g. "openai-compatible".' }),
    }),
  });
  return provider;
};

const addPrice = (builder: ModelsBuilder) => {
  const price = builder.objectRef<ListedModel['price']>('Price');
  price.implement({
    description: 'USD per million tokens.',
    fields: (t) => ({
      input: t.expose('input', { type: 'Decimal', description: 'Tokens of the prompt.' }),
      cachedInput: t.expose('cachedInput', {
        type: 'Decimal',
        description: 'Tokens of the prompt that the provider had in its cache.',
      }),
      output: t.expose('output', { type: 'Decimal', description: 'Tokens of the answer.' }),
      effectiveFrom: t.expose('effectiveFrom', {
        type: 'DateTime',
        description: 'From when on messages are charged with it.',
      }),
    }),
  });
  return price;
};

const addHealth = (builder: ModelsBuilder, state: ReturnType<typeof addEnums>['CircuitState']) => {
  const health = builder.objectRef<ModelHealth>('ModelHealth');
  health.implement({
    description: 'How a model did in the last minutes. Figures are null while there was no message to take them from.',
    fields: (t) => ({
      state: t.field({
        type: state,
        description: 'Whether messages of your tenant are routed to it.',
        resolve: (parent, _, { identity }) => circuitFor(parent, identity.tenantId),
      }),
      samples: t.exposeInt('samples', { description: 'Generations that the figures are of.' }),
      errorRate: t.exposeFloat('errorRate', { nullable: true, description: 'Share that the model failed, 0 to 1.' }),
      firstTokenP50Ms: t.exposeFloat('firstTokenP50Ms', {
        nullable: true,
        description: 'Milliseconds from the call of the model to its first token: the median.',
      }),
      firstTokenP95Ms: t.exposeFloat('firstTokenP95Ms', {
        nullable: true,
        description: 'Milliseconds to the first token that 95 of 100 generations stay under.',
      }),
      tokensPerSecond: t.exposeFloat('tokensPerSecond', {
        nullable: true,
        description: 'Output tokens a second after the first.',
      }),
      queueWaitP50Ms: t.exposeFloat('queueWaitP50Ms', {
        nullable: true,
        description: 'Milliseconds that messages waited for a worker: the median.',
      }),
    }),
  });
  return health;
};

export const addModel = (builder: ModelsBuilder) => {
  const enums = addEnums(builder);
  const provider = addProvider(builder);
  const price = addPrice(builder);
  const health = addHealth(builder, enums.CircuitState);
  const model = builder.objectRef<ListedModel>('Model');
  model.implement({
    description: 'A language model that answers messages.',
    fields: (t) => ({
      id: t.exposeID('id', { description: 'Provider and model, e.g. "openai/gpt-4o-mini".' }),
      displayName: t.exposeString('displayName', { description: 'Name for people.' }),
      provider: t.field({ type: provider, description: 'Who runs it.', resolve: (parent) => parent.provider }),
      pool: t.field({ type: enums.Pool, description: 'Workers that serve it.', resolve: (parent) => parent.pool }),
      contextWindow: t.exposeInt('contextWindow', { description: 'Tokens of prompt and answer together.' }),
      maxOutputTokens: t.exposeInt('maxOutputTokens', { description: 'Most tokens of one answer.' }),
      capabilities: t.field({
        type: [enums.ModelCapability],
        description: 'What it can do beyond plain text.',
        resolve: ({ capabilities }) => capabilities,
      }),
      price: t.field({ type: price, description: 'What its tokens cost now.', resolve: (parent) => parent.price }),
      health: t.field({ type: health, description: 'How it did lately.', resolve: (parent) => parent.health }),
      tiers: t.field({
        type: [enums.PlanTier],
        description: 'Plans that may use it.',
        resolve: ({ tiers }) => tiers,
      }),
      enabled: t.exposeBoolean('enabled', { description: 'Whether the operator lets it be used.' }),
      liveWorkers: t.int({
        description: 'Workers that serve it now; at 0 nothing is routed to it.',
        resolve: (parent) => liveWorkers(parent, Date.now()),
      }),
    }),
  });
  builder.asEntity(model, {
    key: builder.selection<{ id: string }>('id'),
    resolveReference: async ({ id }, { catalogue }) => (await catalogue.current()).byId.get(id),
  });
  builder.queryFields((t) => ({
    models: t.field({
      type: [model],
      description: 'The models of this installation, in the order in which the platform prefers them.',
      args: {
        onlyUsable: t.arg.boolean({
          required: true,
          defaultValue: false,
          description: 'Leave out those that are switched off or that no worker serves now.',
        }),
      },
      resolve: async (_, { onlyUsable }, { catalogue }) => {
        const { models } = await catalogue.current();
        return onlyUsable ? models.filter((entry) => entry.enabled && liveWorkers(entry, Date.now()) > 0) : [...models];
      },
    }),
    model: t.field({
      type: model,
      nullable: true,
      description: 'One model; null when there is none with this id.',
      args: { id: t.arg.id({ required: true, description: 'E.g. "openai/gpt-4o-mini".' }) },
      resolve: async (_, { id }, { catalogue }) => (await catalogue.current()).byId.get(id),
    }),
  }));
  return { ...enums, model, price };
};
export type ModelTypes = ReturnType<typeof addModel>;
