/** The internal field by which conversations asks who shall answer a message. Not part of the public schema. */
import type { ToolRow } from '../entities.ts';
import type { Judgement } from '../routing/judge-models.ts';
import type { MessageRoute } from '../routing/route-message.ts';
import type { ModelsBuilder } from './builder.ts';
import type { ModelTypes } from './model.ts';

export const addRouteMessage = (builder: ModelsBuilder, types: ModelTypes): void => {
  const input = builder.inputType('RouteMessageInput', {
    description: 'A message that is to be answered.',
    inaccessible: true,
    fields: (t) => ({
      modelPolicy: t.string({
        description: "Name of one of the tenant's routing policies, or id of a model. Null: the tenant's default.",
      }),
      requires: t.field({ type: [types.ModelCapability], description: 'What the model must be able to do.' }),
      inputTokens: t.int({
        required: true,
        description: 'Tokens of the prompt that cannot be left out: about what the model must read at least.',
      }),
      maxOutputTokens: t.int({ description: 'Most tokens that the answer may have.' }),
    }),
  });
  const routePrice = builder.objectRef<Judgement['model']['price']>('RoutePrice').implement({
    description: 'USD per million tokens at this moment.',
    inaccessible: true,
    fields: (t) => ({
      input: t.expose('input', { type: 'Decimal', description: 'Tokens of the prompt.' }),
      cachedInput: t.expose('cachedInput', { type: 'Decimal', description: 'Tokens of the prompt from a cache.' }),
      output: t.expose('output', { type: 'Decimal', description: 'Tokens of the answer.' }),
    }),
  });
  const candidate = builder.objectRef<Judgement['model']>('RouteCandidate').implement({
    description: 'A model that may answer, as the job carries it.',
    inaccessible: true,
    fields: (t) => ({
      modelId: t.exposeString('id', { description: 'Id of the model.' }),
      provider: t.string({ description: 'Name of its provider.', resolve: ({ provider }) => provider.name }),
      pool: t.field({ type: types.Pool, description: 'Queue to put the job on.', resolve: ({ pool }) => pool }),
      contextWindow: t.exposeInt('contextWindow', { description: 'Tokens of prompt and answer together.' }),
      maxOutputTokens: t.exposeInt('maxOutputTokens', { description: 'Most tokens of one answer.' }),
      capabilities: t.field({
        type: [types.ModelCapability],
        description: 'What it can do beyond plain text.',
        resolve: ({ capabilities }) => capabilities,
      }),
      price: t.field({ type: routePrice, description: 'What it costs.', resolve: ({ price }) => price }),
    }),
  });
  const tool = builder.objectRef<ToolRow>('RouteTool').implement({
    description: 'A tool that may be called, as the job carries it.',
    inaccessible: true,
    fields: (t) => ({
      name: t.exposeString('name', { description: 'Its name.' }),
      description: t.exposeString('description', { description: 'For the model.' }),
      parameters: t.exposeString('parameters', { description: 'JSON text of the JSON Schema of its arguments.' }),
      url: t.exposeString('url', { description: 'Where it is called.' }),
      timeoutMs: t.exposeInt('timeoutMs', { description: 'Milliseconds that one call may take.' }),
      secret: t.exposeString('secret', { description: 'What its calls are signed with.' }),
    }),
  });
  const route = builder.objectRef<MessageRoute>('MessageRoute').implement({
    description: 'Who may answer a message, and with what.',
    inaccessible: true,
    fields: (t) => ({
      candidates: t.field({
        type: [candidate],
        description: 'Best first; at least one.',
        resolve: ({ candidates }) => candidates.map(({ model }) => model),
      }),
      tools: t.field({
        type: [tool],
        description: 'The enabled tools of the tenant, where a candidate can call them.',
        resolve: ({ tools }) => [...tools],
      }),
    }),
  });
  builder.queryField('routeMessage', (t) =>
    t.field({
      type: route,
      inaccessible: true,
      authScopes: { service: true },
      description: 'Who shall answer a message of this tenant. For services only.',
      args: { input: t.arg({ type: input, required: true, description: 'The message.' }) },
      resolve: (_, args, { identity, routing }) => routing.route(identity, args.input),
    }),
  );
};
