/** The internal field by which conversations has a message routed. Not part of the public schema. */
import type { ToolRow } from '../entities.ts';
import type { Judgement } from '../routing/judge-models.ts';
import type { MessageRoute } from '../routing/route-message.ts';
import type { ModelsBuilder } from './builder.ts';
import type { ModelTypes } from './model.ts';

const addRouteTool = (builder: ModelsBuilder) =>
  builder.objectRef<ToolRow>('RouteTool').implement({
    description: 'A tool that may be called, as the job carries it.',
    inaccessible: true,
    fields: (t) => ({
      name: t.exposeString('name', { description: 'Its name.' }),
      description: t.exposeString('description', { description: 'Description for the model.' }),
      parameters: t.exposeString('parameters', { description: 'JSON text of the JSON Schema of its arguments.' }),
      url: t.exposeString('url', { description: 'URL that receives its calls.' }),
      timeoutMs: t.exposeInt('timeoutMs', { description: 'Milliseconds that one call may take.' }),
      secret: t.exposeString('secret', {
        description: 'Key that signs its calls, sealed for the workers where there is a key for that.',
      }),
    }),
  });

export const addRouteMessage = (builder: ModelsBuilder, types: ModelTypes): void => {
  const input = builder.inputType('RouteMessageInput', {
    description: 'A message to route.',
    inaccessible: true,
    fields: (t) => ({
      modelPolicy: t.string({
        description: "Name of one of the tenant's routing policies, or id of a model; null for the tenant's default.",
      }),
      requires: t.field({ type: [types.ModelCapability], description: 'What the model must be able to do.' }),
      inputTokens: t.int({
        required: true,
        description: 'Tokens of the prompt that must not be cut, approximately.',
      }),
      maxOutputTokens: t.int({ description: 'Most tokens of the reply.' }),
    }),
  });
  const routePrice = builder.objectRef<Judgement['model']['price']>('RoutePrice').implement({
    description: 'USD per million tokens at this moment.',
    inaccessible: true,
    fields: (t) => ({
      input: t.expose('input', { type: 'Decimal', description: 'Tokens of the prompt.' }),
      cachedInput: t.expose('cachedInput', { type: 'Decimal', description: 'Tokens of the prompt from a cache.' }),
      cacheWrite: t.field({
        type: 'Decimal',
        description: 'Tokens of the prompt that the provider writes to its cache.',
        resolve: ({ cacheWrite, input }) => cacheWrite ?? input,
      }),
      output: t.expose('output', { type: 'Decimal', description: 'Tokens of the reply.' }),
    }),
  });
  const candidate = builder.objectRef<Judgement['model']>('RouteCandidate').implement({
    description: 'A model that may write the reply, as the job carries it.',
    inaccessible: true,
    fields: (t) => ({
      modelId: t.exposeString('id', { description: 'Id of the model.' }),
      provider: t.string({ description: 'Name of its provider.', resolve: ({ provider }) => provider.name }),
      pool: t.field({ type: types.Pool, description: 'Pool whose queue gets the job.', resolve: ({ pool }) => pool }),
      contextWindow: t.exposeInt('contextWindow', { description: 'Tokens of prompt and reply together.' }),
      maxOutputTokens: t.exposeInt('maxOutputTokens', { description: 'Most tokens of one reply.' }),
      capabilities: t.field({
        type: [types.ModelCapability],
        description: 'What it can do beyond plain text.',
        resolve: ({ capabilities }) => capabilities,
      }),
      price: t.field({ type: routePrice, description: 'Its price.', resolve: ({ price }) => price }),
    }),
  });
  const tool = addRouteTool(builder);
  const route = builder.objectRef<MessageRoute>('MessageRoute').implement({
    description: 'The models that may reply to a message, and the tools that they may call.',
    inaccessible: true,
    fields: (t) => ({
      candidates: t.field({
        type: [candidate],
        description: 'Best first; at least one.',
        resolve: ({ candidates }) => candidates.map(({ model }) => model),
      }),
      tools: t.field({
        type: [tool],
        description: 'The enabled tools of the tenant; empty unless a candidate can call tools.',
        resolve: ({ tools }) => [...tools],
      }),
    }),
  });
  builder.queryField('routeMessage', (t) =>
    t.field({
      type: route,
      inaccessible: true,
      authScopes: { service: true },
      description: 'Routes a message of this tenant. For services only.',
      args: { input: t.arg({ type: input, required: true, description: 'The message.' }) },
      resolve: (_, args, { identity, routing }) => routing.route(identity, args.input),
    }),
  );
};
