/**
 * The entity Model and its queries. Everything comes from the catalogue in memory, so a page of messages that selects
 * its models costs no statement.
 */

import type { Pool } from '#contracts/pools.ts';
import { planTierOptions } from '#kernel/subgraph-server/builder.ts';
import { listSize } from '#kernel/subgraph-server/list-sizes.ts';
import { type ListedModel, listModels, liveWorkers } from '../catalogue/catalogue.ts';
import type { CircuitState } from '../catalogue/circuit.ts';
import { circuitFor, type ModelHealth } from '../catalogue/model-health.ts';
import type { ModelCapability, PriceRow } from '../entities.ts';
import type { ModelsBuilder } from './builder.ts';

const addEnums = (builder: ModelsBuilder) => ({
  Pool: builder.enumType('Pool', {
    description: 'A class of workers with its own queue.',
    values: {
      SMALL: { description: 'Small models on machines of this installation.' },
      MEDIUM: { description: 'Medium models on machines of this installation.' },
      LARGE: { description: 'Large models on machines of this installation.' },
      EXTERNAL: { description: 'Models of remote providers.' },
    } satisfies Record<Pool, object>,
  }),
  ModelCapability: builder.enumType('ModelCapability', {
    description: 'What a model can do beyond plain text.',
    values: {
      TOOLS: { description: 'It can call tools.' },
      VISION: { description: 'It understands images.' },
      JSON: { description: 'It can be restricted to replies in JSON.' },
      PREFILL: {
        description: 'It can continue a reply that was begun, so that no text becomes void when a worker fails.',
      },
      EMBEDDING: { description: 'It makes embeddings and cannot write replies.' },
    } satisfies Record<ModelCapability, object>,
  }),
  PlanTier: builder.enumType('PlanTier', planTierOptions),
  CircuitState: builder.enumType('CircuitState', {
    description: 'Whether a model is used, given its failures in the last minutes.',
    values: {
      CLOSED: { description: 'It is used.' },
      OPEN: { description: 'It failed too often lately, so it is not used.' },
      HALF_OPEN: { description: 'It is tried again, but only after every healthy model.' },
    } satisfies Record<CircuitState, object>,
  }),
});

const addProvider = (builder: ModelsBuilder) => {
  const provider = builder.objectRef<ListedModel['provider']>('Provider');
  provider.implement({
    description: 'What runs a model: a company, an engine on this network, or this installation itself.',
    fields: (t) => ({
      name: t.exposeString('name', { description: 'First part of the ids of its models, such as "openai".' }),
      displayName: t.exposeString('displayName', { description: 'Name for people.' }),
      kind: t.exposeString('kind', { description: 'The protocol that workers use, such as "openai-compatible".' }),
    }),
  });
  return provider;
};

const addPrice = (builder: ModelsBuilder) => {
  const price =
    builder.objectRef<Pick<PriceRow, 'input' | 'cachedInput' | 'cacheWrite' | 'output' | 'effectiveFrom'>>('Price');
  price.implement({
    description: 'USD per million tokens.',
    fields: (t) => ({
      input: t.expose('input', { type: 'Decimal', description: 'Tokens of the prompt.' }),
      cachedInput: t.expose('cachedInput', {
        type: 'Decimal',
        description: 'Tokens of the prompt that were in the cache of the provider.',
      }),
      cacheWrite: t.field({
        type: 'Decimal',
        description:
          'Tokens of the prompt that the provider writes to its cache; the price of input where that costs nothing more.',
        resolve: ({ cacheWrite, input }) => cacheWrite ?? input,
      }),
      output: t.expose('output', { type: 'Decimal', description: 'Tokens of the reply.' }),
      effectiveFrom: t.expose('effectiveFrom', {
        type: 'DateTime',
        description: 'When it began to apply to messages.',
      }),
    }),
  });
  return price;
};

const addHealth = (builder: ModelsBuilder, state: ReturnType<typeof addEnums>['CircuitState']) => {
  const health = builder.objectRef<ModelHealth>('ModelHealth');
  health.implement({
    description:
      'The health of a model in the last minutes. Figures are null when there was no message to derive them from.',
    fields: (t) => ({
      state: t.field({
        type: state,
        description: 'Whether messages of your tenant are routed to the model.',
        resolve: (parent, _, { identity }) => circuitFor(parent, identity.tenantId),
      }),
      samples: t.exposeInt('samples', { description: 'Number of generations behind the figures.' }),
      errorRate: t.exposeFloat('errorRate', {
        nullable: true,
        description: 'Share of generations in which the model failed, 0 to 1.',
      }),
      firstTokenP50Ms: t.exposeFloat('firstTokenP50Ms', {
        nullable: true,
        description: 'Median of milliseconds from the request to the first token.',
      }),
      firstTokenP95Ms: t.exposeFloat('firstTokenP95Ms', {
        nullable: true,
        description: '95th percentile of milliseconds from the request to the first token.',
      }),
      tokensPerSecond: t.exposeFloat('tokensPerSecond', {
        nullable: true,
        description: 'Output tokens per second after the first token.',
      }),
      queueWaitP50Ms: t.exposeFloat('queueWaitP50Ms', {
        nullable: true,
        description: 'Median of milliseconds that messages waited for a worker.',
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
    description: 'A language model that writes replies.',
    fields: (t) => ({
      id: t.exposeID('id', { description: 'Provider and model, such as "openai/gpt-4o-mini".' }),
      displayName: t.exposeString('displayName', { description: 'Name for people.' }),
      provider: t.field({ type: provider, description: 'What runs it.', resolve: (parent) => parent.provider }),
      pool: t.field({
        type: enums.Pool,
        description: 'The class of workers that serve it.',
        resolve: (parent) => parent.pool,
      }),
      contextWindow: t.exposeInt('contextWindow', { description: 'Tokens of prompt and reply together.' }),
      maxOutputTokens: t.exposeInt('maxOutputTokens', { description: 'Most tokens of one reply.' }),
      capabilities: t.field({
        type: [enums.ModelCapability],
        description: 'What it can do beyond plain text.',
        resolve: ({ capabilities }) => capabilities,
      }),
      price: t.field({ type: price, description: 'The price of its tokens now.', resolve: (parent) => parent.price }),
      prices: t.field({
        type: [price],
        directives: listSize(3),
        description:
          'Its prices, the latest first: those that will apply, the one that applies now, and former ones. At most 100.',
        resolve: ({ id }, _, { prices }) => prices.load(id),
      }),
      health: t.field({
        type: health,
        description: 'Its health in the last minutes.',
        resolve: (parent) => parent.health,
      }),
      tiers: t.field({
        type: [enums.PlanTier],
        description: 'Plans that may use it.',
        resolve: ({ tiers }) => tiers,
      }),
      enabled: t.exposeBoolean('enabled', { description: 'Whether the operator permits its use.' }),
      liveWorkers: t.int({
        description: 'Number of workers that serve it now; at 0, no message is routed to it.',
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
          description: 'Leave out models that are disabled or that no worker serves now.',
        }),
      },
      resolve: async (_, args, { catalogue }) => listModels(await catalogue.current(), args),
    }),
    model: t.field({
      type: model,
      nullable: true,
      description: 'One model; null when there is none with this id.',
      args: { id: t.arg.id({ required: true, description: 'Such as "openai/gpt-4o-mini".' }) },
      resolve: async (_, { id }, { catalogue }) => (await catalogue.current()).byId.get(id),
    }),
  }));
  return { ...enums, model, price };
};
export type ModelTypes = ReturnType<typeof addModel>;
