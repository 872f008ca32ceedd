/** The internal field by which conversations has a message routed. Not part of the public schema. */

import type { ReuseTerms } from '#contracts/reuse.ts';
import type { RoutedTool } from '../mcp/callable-tools.ts';

import type { Judgement } from '../routing/judge-models.ts';
import type { OutputLimits } from '../routing/output-limits.ts';
import type { RouteDependencies } from '../routing/route-dependencies.ts';
import type { MessageRoute, PoolPace } from '../routing/route-message.ts';
import type { ModelsBuilder } from './builder.ts';
import type { ModelTypes } from './model.ts';
import type { RuleTypes } from './policy-rule.ts';

const addRouteTool = (builder: ModelsBuilder) => {
  const mcp = builder.objectRef<NonNullable<RoutedTool['mcp']>>('RouteMcpTool').implement({
    description: 'Which tool of which MCP server it is.',
    inaccessible: true,
    fields: (t) => ({
      server: t.exposeString('server', { description: "The tenant's name for the server." }),
      tool: t.exposeString('tool', { description: "The server's name for the tool." }),
    }),
  });
  return builder.objectRef<RoutedTool>('RouteTool').implement({
    description: 'A tool that may be called, as the job carries it.',
    inaccessible: true,
    fields: (t) => ({
      name: t.exposeString('name', { description: 'Its name.' }),
      description: t.exposeString('description', { description: 'Description for the model.' }),
      parameters: t.exposeString('parameters', { description: 'JSON text of the JSON Schema of its arguments.' }),
      url: t.exposeString('url', { description: 'URL that receives its calls.' }),
      timeoutMs: t.exposeInt('timeoutMs', { description: 'Milliseconds that one call may take.' }),
      secret: t.exposeString('secret', {
        description:
          'Key that signs its calls, or credentials of its MCP server, sealed for the workers where there is a key for that.',
      }),
      mcp: t.field({
        type: mcp,
        nullable: true,
        description: 'Set for a tool of an MCP server.',
        resolve: (tool) => tool.mcp,
      }),
      approval: t.string({
        nullable: true,
        description: 'When the user has to allow a call; null: never.',
        resolve: (tool) => tool.neededApproval,
      }),
    }),
  });
};

const addInput = (builder: ModelsBuilder, types: ModelTypes & RuleTypes) =>
  builder.inputType('RouteMessageInput', {
    description: 'A message to route.',
    inaccessible: true,
    fields: (t) => ({
      modelPolicy: t.string({
        description: "Name of one of the tenant's routing policies, or id of a model; null for the tenant's default.",
      }),
      requires: t.field({ type: [types.ModelCapability], description: 'What the model must be able to do.' }),
      prefers: t.field({
        type: [types.ModelCapability],
        description: 'What the model had better be able to do; models that can come first.',
      }),
      inputTokens: t.int({
        required: true,
        description: 'Tokens of the prompt that must not be cut, approximately.',
      }),
      promptTokens: t.int({ description: 'Tokens that the whole prompt is likely to have; default: inputTokens.' }),
      maxOutputTokens: t.int({ description: 'Most tokens of the reply.' }),
      complexity: t.field({ type: types.complexity, description: 'Class of the turn; null: it does not count.' }),
      language: t.string({ description: 'Language of the question by ISO 639-1; null: unknown, or no rule names it.' }),
      moderation: t.field({ type: [types.category], description: 'Categories that the question was flagged for.' }),
    }),
  });

const addDependencies = (builder: ModelsBuilder, { category }: RuleTypes) =>
  builder.objectRef<RouteDependencies>('RouteDependencies').implement({
    description: 'What of a question the route depends on.',
    inaccessible: true,
    fields: (t) => ({
      complexity: t.exposeBoolean('complexity', { description: 'Whether its complexity counts.' }),
      languages: t.stringList({ description: 'Languages that count.', resolve: ({ languages }) => [...languages] }),
      moderation: t.field({
        type: [category],
        description: 'Categories of screening that count.',
        resolve: ({ moderation }) => [...moderation],
      }),
      promptTokens: t.exposeBoolean('promptTokens', { description: 'Whether the size of the whole prompt counts.' }),
    }),
  });

const addPace = (builder: ModelsBuilder, types: ModelTypes) =>
  builder.objectRef<PoolPace>('PoolPace').implement({
    description: 'How fast a pool serves.',
    inaccessible: true,
    fields: (t) => ({
      pool: t.field({ type: types.Pool, description: 'The pool.', resolve: ({ pool }) => pool }),
      repliesPerSecond: t.exposeFloat('repliesPerSecond', {
        description: 'Most replies that it ended in a second of the last minutes, over ten seconds.',
      }),
    }),
  });

const addCandidate = (builder: ModelsBuilder, types: ModelTypes) => {
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
  return builder.objectRef<Judgement['model']>('RouteCandidate').implement({
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
};

const addReuseTerms = (builder: ModelsBuilder) =>
  builder.objectRef<ReuseTerms>('RouteReuse').implement({
    description: 'On which terms replies are kept and served again.',
    inaccessible: true,
    fields: (t) => ({
      version: t.exposeString('version', { description: 'Replies of another version are not served.' }),
      requestSeconds: t.int({
        nullable: true,
        description: 'Seconds for which a reply is kept for equal requests.',
        resolve: ({ requestSeconds }) => requestSeconds,
      }),
      similarSeconds: t.int({
        nullable: true,
        description: 'Seconds for which a reply to a first question is kept for others of the same meaning.',
        resolve: ({ similarSeconds }) => similarSeconds,
      }),
      usesCurated: t.boolean({
        description: 'Whether curated replies are served.',
        resolve: ({ usesCurated = false }) => usesCurated,
      }),
      share: t.exposeString('share', { description: 'USER or TENANT: who may get it.' }),
    }),
  });

const addOutputTokens = (builder: ModelsBuilder) =>
  builder.objectRef<OutputLimits>('RouteOutputTokens').implement({
    description: 'How many tokens the reply may have, as plan and policy say; null where the model alone decides.',
    inaccessible: true,
    fields: (t) => ({
      byDefault: t.exposeInt('byDefault', { nullable: true, description: 'Where the message does not say.' }),
      most: t.exposeInt('most', { nullable: true, description: 'Most that the message may ask for.' }),
    }),
  });

const addRoute = (builder: ModelsBuilder, types: ModelTypes & RuleTypes) => {
  const candidate = addCandidate(builder, types);
  const tool = addRouteTool(builder);
  const dependencies = addDependencies(builder, types);
  const pace = addPace(builder, types);
  const reuse = addReuseTerms(builder);
  const outputTokens = addOutputTokens(builder);
  return builder.objectRef<MessageRoute>('MessageRoute').implement({
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
      policy: t.string({
        nullable: true,
        description: 'Name of the policy that applies; null if none does.',
        resolve: ({ policy }) => policy?.name,
      }),
      reason: t.string({
        description: 'Why the first candidate comes first, as a sentence.',
        resolve: ({ candidates: [first] }) => first?.reason ?? '',
      }),
      latencyTargetMs: t.int({
        nullable: true,
        description: "The policy's target, which a wait in a queue must not exceed either.",
        resolve: ({ policy }) => policy?.latencyTargetMs,
      }),
      reuse: t.field({
        type: reuse,
        nullable: true,
        description: 'On which terms the reply may be one that was written before; null: a model is asked.',
        resolve: (parent) => parent.reuse,
      }),
      outputTokens: t.field({
        type: outputTokens,
        description: 'How long the reply may get.',
        resolve: ({ output }) => output,
      }),
      dependsOn: t.field({
        type: dependencies,
        description: 'What of the question this depends on.',
        resolve: ({ dependsOn }) => dependsOn,
      }),
      paces: t.field({
        type: [pace],
        description: 'How fast the pools of the candidates serve; one that served nothing lately is absent.',
        resolve: ({ paces }) => [...paces],
      }),
    }),
  });
};

export const addRouteMessage = (builder: ModelsBuilder, types: ModelTypes & RuleTypes): void => {
  const input = addInput(builder, types);
  const route = addRoute(builder, types);
  builder.queryField('routeMessage', (t) =>
    t.field({
      type: route,
      inaccessible: true,
      authScopes: { service: true },
      description: 'Routes a message of this tenant. For services only.',
      args: { input: t.arg({ type: input, required: true, description: 'The message.' }) },
      resolve: (_, { input: { complexity, language, moderation, ...request } }, { identity, routing }) =>
        routing.route(identity, {
          ...request,
          question: {
            complexity: complexity ?? undefined,
            language: language ?? undefined,
            moderation: moderation ?? [],
          },
        }),
    }),
  );
};
