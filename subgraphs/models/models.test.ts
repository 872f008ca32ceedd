/** The models room over its own HTTP, on PGlite, with a usage subgraph that answers as the real one does. */
import { expect, test, vi } from 'vitest';
import { routeCandidateSchema } from '#kernel/messages/generation-job.ts';
import { acme, globex, identityOf, type ModelsRoom, openModelsRoom } from './models-room.fixture.ts';

const routeQuery = `query ($input: RouteMessageInput!) { routeMessage(input: $input) { candidates {
  modelId provider pool contextWindow maxOutputTokens capabilities price { input cachedInput output } } } }`;
const room = identityOf(acme, { room: 'conversations' });

const route = (models: ModelsRoom, input: Record<string, unknown> = {}, identity = room) =>
  models.ask(identity, routeQuery, { input: { inputTokens: 10, ...input } });
const routedIds = async (models: ModelsRoom, input: Record<string, unknown> = {}, identity = room) => {
  const { data, errors } = await route(models, input, identity);
  if (errors[0]) return errors[0].extensions.code;
  return data.routeMessage.candidates.map(({ modelId }: { modelId: string }) => modelId);
};
/** Announces, and waits until the room knows. */
const serve = async (models: ModelsRoom, modelIds: readonly string[], workerId = 'w1') => {
  await models.announce(workerId, modelIds);
  await vi.waitFor(async () => {
    const { data } = await models.ask(room, '{ models(onlyUsable: true) { id } }');
    expect(data.models.map(({ id }: { id: string }) => id).sort()).toEqual([...modelIds].sort());
  });
};

test('routes to what workers announced, in the order of the file, the demonstration last', async () => {
  await using models = await openModelsRoom();
  expect(await routedIds(models)).toBe('MODEL_UNAVAILABLE');
  await serve(models, ['parlance/demonstration', 'acme/small', 'local/tiny']);
  const { data } = await route(models);
  const candidates = routeCandidateSchema.array().parse(data.routeMessage.candidates);
  expect(candidates.map(({ modelId }) => modelId)).toEqual(['acme/small', 'local/tiny', 'parlance/demonstration']);
  expect(candidates[0]).toEqual({
    modelId: 'acme/small',
    provider: 'acme',
    pool: 'EXTERNAL',
    contextWindow: 8000,
    maxOutputTokens: 1000,
    capabilities: ['TOOLS'],
    price: { input: '0.15', cachedInput: '0.075', output: '0.6' },
  });
  await serve(models, []);
  expect(await routedIds(models)).toBe('MODEL_UNAVAILABLE');
});

test('refuses the internal field to clients', async () => {
  await using models = await openModelsRoom();
  expect(await routedIds(models, {}, identityOf(acme, { roles: ['ADMIN'] }))).toBe('FORBIDDEN');
});

test('says what is wrong when no model is left', async () => {
  await using models = await openModelsRoom();
  await serve(models, ['acme/small', 'acme/large']);
  const unknown = await route(models, { modelPolicy: 'nobody/knows' });
  expect(unknown.errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'modelPolicy' });
  expect(await routedIds(models, { modelPolicy: 'acme/large' })).toBe('FORBIDDEN');
  expect(await routedIds(models, { inputTokens: 7900 })).toBe('CONTEXT_TOO_LONG');
  expect(await routedIds(models, { requires: ['JSON'] })).toBe('MODEL_UNAVAILABLE');
  const noWorker = await route(models, { modelPolicy: 'parlance/demonstration' });
  expect(noWorker.errors[0]?.extensions).toMatchObject({ code: 'MODEL_UNAVAILABLE', retryAfterMs: 5000 });
});

test('routes by the plan, the capabilities and the length', async () => {
  await using models = await openModelsRoom();
  models.plans.set(globex, 'PRO');
  await serve(models, ['acme/small', 'acme/large']);
  const pro = identityOf(globex, { room: 'conversations' });
  expect(await routedIds(models)).toEqual(['acme/small']);
  expect(await routedIds(models, {}, pro)).toEqual(['acme/small', 'acme/large']);
  expect(await routedIds(models, { requires: ['VISION'] }, pro)).toEqual(['acme/large']);
  expect(await routedIds(models, { inputTokens: 7900 }, pro)).toEqual(['acme/large']);
  expect(await routedIds(models, { modelPolicy: 'acme/large' }, pro)).toEqual(['acme/large']);
});

test('resolves Model by key and routes without a statement', async () => {
  await using models = await openModelsRoom();
  await serve(models, ['acme/small']);
  await routedIds(models);
  const before = models.database.statements;
  const representations = Array.from({ length: 50 }, (_, index) => ({
    __typename: 'Model',
    id: index % 2 === 0 ? 'acme/small' : 'gone/model',
  }));
  const query = `query ($representations: [_Any!]!) { _entities(representations: $representations) {
    ... on Model { displayName provider { name } price { input } health { state } } } }`;
  const { data, errors } = await models.ask(room, query, { representations });
  expect(errors).toEqual([]);
  expect(data._entities.slice(0, 2)).toEqual([
    { displayName: 'Small', provider: { name: 'acme' }, price: { input: '0.15' }, health: { state: 'CLOSED' } },
    null,
  ]);
  expect(await routedIds(models)).toEqual(['acme/small']);
  expect(models.database.statements).toBe(before);
});

test('keeps messages from a model that fails, and says so', async () => {
  await using models = await openModelsRoom();
  await serve(models, ['acme/small', 'parlance/demonstration']);
  for (let count = 0; count < 5; count += 1) {
    await models.finish({ status: 'FAILED', failure: { code: 'MODEL_ERROR', message: 'no', retryable: true } });
  }
  await vi.waitFor(async () => expect(await routedIds(models)).toEqual(['parlance/demonstration']));
  const { data } = await models.ask(room, '{ model(id: "acme/small") { health { state errorRate samples } } }');
  expect(data.model.health).toEqual({ state: 'OPEN', errorRate: 1, samples: 5 });
  expect(await routedIds(models, { modelPolicy: 'acme/small' })).toBe('MODEL_UNAVAILABLE');
});
