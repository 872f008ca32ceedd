/** Mutations for operators: models and prices, which are the same for every tenant. */
import { catalogueScope, setModelEnabled, setPrice, upsertModel } from '../catalogue/change-catalogue.ts';
import type { ModelsBuilder } from './builder.ts';
import type { ModelTypes } from './model.ts';

const forOperators = `For operators: requires a token with the scope ${catalogueScope}, because the catalogue is the same for every tenant.`;

const addInputs = (builder: ModelsBuilder, types: ModelTypes) => {
  const price = builder.inputType('PriceInput', {
    description: 'USD per million tokens.',
    fields: (t) => ({
      input: t.field({ type: 'Decimal', required: true, description: 'Tokens of the prompt.' }),
      cachedInput: t.field({
        type: 'Decimal',
        required: true,
        description: 'Tokens of the prompt that were in the cache of the provider.',
      }),
      cacheWrite: t.field({
        type: 'Decimal',
        description: 'Tokens of the prompt that the provider writes to its cache; absent for the price of input.',
      }),
      output: t.field({ type: 'Decimal', required: true, description: 'Tokens of the reply.' }),
    }),
  });
  const model = builder.inputType('ModelInput', {
    description: 'The desired state of a model.',
    fields: (t) => ({
      id: t.id({ required: true, description: 'Provider and model, such as "openai/gpt-4o-mini".' }),
      displayName: t.string({ required: true, description: 'Name for people.' }),
      pool: t.field({ type: types.Pool, required: true, description: 'The class of workers that serve it.' }),
      contextWindow: t.int({ required: true, description: 'Tokens of prompt and reply together.' }),
      maxOutputTokens: t.int({ required: true, description: 'Most tokens of one reply.' }),
      capabilities: t.field({
        type: [types.ModelCapability],
        required: true,
        defaultValue: [],
        description: 'What it can do beyond plain text.',
      }),
      tiers: t.field({ type: [types.PlanTier], required: true, description: 'Plans that may use it.' }),
      price: t.field({ type: price, required: true, description: 'Its price from now on.' }),
    }),
  });
  const setPriceInput = builder.inputType('SetPriceInput', {
    description: 'A new price of a model.',
    fields: (t) => ({
      modelId: t.id({ required: true, description: 'The model.' }),
      price: t.field({ type: price, required: true, description: 'The price.' }),
      effectiveFrom: t.field({
        type: 'DateTime',
        description: 'When the price begins, not in the past; absent for now.',
      }),
    }),
  });
  return { model, setPriceInput };
};

export const addCatalogueMutations = (builder: ModelsBuilder, types: ModelTypes): void => {
  const inputs = addInputs(builder, types);
  builder.mutationFields((t) => ({
    upsertModel: t.field({
      type: types.model,
      description: `Adds a model of a known provider, or replaces its terms. ${forOperators}`,
      args: { input: t.arg({ type: inputs.model, required: true, description: 'The model.' }) },
      resolve: (_, { input }, context) => upsertModel(context, context.identity, input),
    }),
    setModelEnabled: t.field({
      type: types.model,
      description: `Enables or disables a model. Replies that are being written continue. ${forOperators}`,
      args: {
        id: t.arg.id({ required: true, description: 'The model.' }),
        enabled: t.arg.boolean({ required: true, description: 'Whether it may be used.' }),
      },
      resolve: (_, args, context) => setModelEnabled(context, context.identity, args),
    }),
    setPrice: t.field({
      type: types.model,
      description: `Sets the price of a model from a moment on. Messages keep the price with which they were admitted. ${forOperators}`,
      args: { input: t.arg({ type: inputs.setPriceInput, required: true, description: 'The price.' }) },
      resolve: (_, { input }, context) => setPrice(context, context.identity, input),
    }),
  }));
};
