/** The operator's mutations: models and prices, the same for every tenant. */
import {
  catalogueScope,
  requireOperator,
  setModelEnabled,
  setPrice,
  upsertModel,
} from '../catalogue/change-catalogue.ts';
import type { ModelsBuilder } from './builder.ts';
import type { ModelTypes } from './model.ts';

const forOperators = `For operators: needs a token with the scope ${catalogueScope}, for the catalogue is the same for every tenant.`;

const addInputs = (builder: ModelsBuilder, types: ModelTypes) => {
  const price = builder.inputType('PriceInput', {
    description: 'USD per million tokens.',
    fields: (t) => ({
      input: t.field({ type: 'Decimal', required: true, description: 'Tokens of the prompt.' }),
      cachedInput: t.field({
        type: 'Decimal',
        required: true,
        description: 'Tokens of the prompt that the provider had in its cache.',
      }),
      output: t.field({ type: 'Decimal', required: true, description: 'Tokens of the answer.' }),
    }),
  });
  const model = builder.inputType('ModelInput', {
    description: 'A model as it shall be.',
    fields: (t) => ({
      id: t.id({ required: true, description: 'Provider and model, e.g. "openai/gpt-4o-mini".' }),
      displayName: t.string({ required: true, description: 'Name for people.' }),
      pool: t.field({ type: types.Pool, required: true, description: 'Workers that serve it.' }),
      contextWindow: t.int({ required: true, description: 'Tokens of prompt and answer together.' }),
      maxOutputTokens: t.int({ required: true, description: 'Most tokens of one answer.' }),
      capabilities: t.field({
        type: [types.ModelCapability],
        required: true,
        defaultValue: [],
        description: 'What it can do beyond plain text.',
      }),
      tiers: t.field({ type: [types.PlanTier], required: true, description: 'Plans that may use it.' }),
      price: t.field({ type: price, required: true, description: 'What it costs from now on.' }),
    }),
  });
  const setPriceInput = builder.inputType('SetPriceInput', {
    description: 'A new price of a model.',
    fields: (t) => ({
      modelId: t.id({ required: true, description: 'The model.' }),
      price: t.field({ type: price, required: true, description: 'The price.' }),
      effectiveFrom: t.field({ type: 'DateTime', description: 'Not in the past. Absent: now.' }),
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
      resolve: (_, { input }, context) => {
        requireOperator(context.identity);
        const provider = input.id.split('/', 1)[0] ?? '';
        return upsertModel(context, { ...input, provider });
      },
    }),
    setModelEnabled: t.field({
      type: types.model,
      description: `Lets a model be used, or not. Messages that are being answered go on. ${forOperators}`,
      args: {
        id: t.arg.id({ required: true, description: 'The model.' }),
        enabled: t.arg.boolean({ required: true, description: 'Whether it may be used.' }),
      },
      resolve: (_, { id, enabled }, context) => {
        requireOperator(context.identity);
        return setModelEnabled(context, id, enabled);
      },
    }),
    setPrice: t.field({
      type: types.model,
      description: `Changes the price of a model from a moment on. Messages keep the price that they were admitted with. ${forOperators}`,
      args: { input: t.arg({ type: inputs.setPriceInput, required: true, description: 'The price.' }) },
      resolve: (_, { input }, context) => {
        requireOperator(context.identity);
        const { modelId, price, effectiveFrom } = input;
        return setPrice(context, { modelId, price, effectiveFrom: effectiveFrom ?? undefined });
      },
    }),
  }));
};
