/** Routes and routing policies over HTTP. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { routeCandidateSchema } from '#contracts/generation-job.ts';
import { acme, engines, identityOf, type ModelsFixture } from './models.fixture.ts';
import { newTenant, openServedModels, route, routedIds, routeQuery, type Tenant } from './served-models.fixture.ts';

describe.each(engines)('on %s', (engine) => {
  let models: ModelsFixture;
  beforeAll(async () => {
    models = await openServedModels(engine);
  });
  afterAll(() => models[Symbol.asyncDispose]());

  const upsertPolicyMutation = `mutation ($input: RoutingPolicyInput!) { upsertRoutingPolicy(input: $input) {
  name description models { id } requires strategy maxInputPrice maxOutputPrice isDefault } }`;
  const setPolicy = async (tenant: Tenant, input: Record<string, unknown>) => {
    const { data, errors } = await models.execute(tenant.admin, upsertPolicyMutation, { input });
    expect(errors).toEqual([]);
    return data.upsertRoutingPolicy;
  };

  test('routes in the order of the file, then to discovered models, and not to the demonstration', async () => {
    const { data } = await route(models, newTenant(models));
    const candidates = routeCandidateSchema.array().parse(data.routeMessage.candidates);
    expect(candidates.map(({ modelId }) => modelId)).toEqual(['acme/small', 'local/tiny']);
    expect(candidates[0]).toEqual({
      modelId: 'acme/small',
      provider: 'acme',
      pool: 'EXTERNAL',
      contextWindow: 8000,
      maxOutputTokens: 1000,
      capabilities: ['TOOLS'],
      price: { input: '0.15', cachedInput: '0.075', output: '0.6' },
    });
  });

  test('refuses the internal field to clients', async () => {
    const { errors } = await models.execute(newTenant(models).admin, routeQuery, { input: { inputTokens: 1 } });
    expect(errors[0]?.extensions.code).toBe('FORBIDDEN');
  });

  test('routes by plan, capability and length', async () => {
    const pro = newTenant(models, 'PRO');
    expect(await routedIds(models, pro)).toEqual(['acme/small', 'acme/large', 'local/tiny']);
    expect(await routedIds(models, pro, { requires: ['VISION'] })).toEqual(['acme/large']);
    expect(await routedIds(models, pro, { inputTokens: 7900 })).toEqual(['acme/large']);
    expect(await routedIds(models, pro, { modelPolicy: 'local/tiny' })).toEqual(['local/tiny']);
  });

  test.each([
    ['an unknown policy', { modelPolicy: 'nobody/knows' }, { code: 'BAD_USER_INPUT', argument: 'modelPolicy' }],
    ['a model outside the plan', { modelPolicy: 'acme/large' }, { code: 'FORBIDDEN' }],
    ['a message too long for all', { inputTokens: 40_000 }, { code: 'CONTEXT_TOO_LONG' }],
    ['a capability that no model has', { requires: ['JSON'] }, { code: 'MODEL_UNAVAILABLE' }],
  ])('says what is wrong with %s', async (_, input, extensions) => {
    const { errors } = await route(models, newTenant(models), input);
    expect(errors[0]?.extensions).toMatchObject(extensions);
  });

  test('follows the policy that a message names, otherwise the default of the tenant', async () => {
    const tenant = newTenant(models, 'PRO');
    expect(await setPolicy(tenant, { name: 'eyes', requires: ['VISION'], description: 'Looks at pictures.' })).toEqual({
      name: 'eyes',
      description: 'Looks at pictures.',
      models: [],
      requires: ['VISION'],
      strategy: 'PREFERENCE',
      maxInputPrice: null,
      maxOutputPrice: null,
      isDefault: false,
    });
    await setPolicy(tenant, { name: 'ours', modelIds: ['local/tiny', 'acme/large'], isDefault: true });
    expect(await routedIds(models, tenant)).toEqual(['local/tiny', 'acme/large']);
    expect(await routedIds(models, tenant, { modelPolicy: 'eyes' })).toEqual(['acme/large']);
    await setPolicy(tenant, { name: 'cheap', maxInputPrice: '0.15', strategy: 'PRICE', isDefault: true });
    expect(await routedIds(models, tenant)).toEqual(['local/tiny', 'acme/small']);
    const { data } = await models.execute(tenant.user, '{ routingPolicies { name isDefault } }');
    expect(data.routingPolicies).toEqual([
      { name: 'cheap', isDefault: true },
      { name: 'eyes', isDefault: false },
      { name: 'ours', isDefault: false },
    ]);
    await models.execute(tenant.admin, 'mutation { deleteRoutingPolicy(name: "eyes") }');
    const gone = await route(models, tenant, { modelPolicy: 'eyes' });
    expect(gone.errors[0]?.extensions.code).toBe('BAD_USER_INPUT');
  });

  test('keeps routing policies to their tenant', async () => {
    const [owner, stranger] = [newTenant(models), newTenant(models)];
    await setPolicy(owner, { name: 'secret', modelIds: ['local/tiny'], isDefault: true });
    expect((await models.execute(stranger.user, '{ routingPolicies { name } }')).data.routingPolicies).toEqual([]);
    expect((await route(models, stranger, { modelPolicy: 'secret' })).errors[0]?.extensions.code).toBe(
      'BAD_USER_INPUT',
    );
    expect(await routedIds(models, stranger)).toContain('acme/small');
    const deletion = await models.execute(stranger.admin, 'mutation { deleteRoutingPolicy(name: "secret") }');
    expect(deletion.errors[0]?.extensions.code).toBe('NOT_FOUND');
    await setPolicy(stranger, { name: 'secret', modelIds: ['acme/small'] });
    expect(await routedIds(models, owner)).toEqual(['local/tiny']);
  });

  test.each([
    ['a name with a slash', { name: 'acme/small' }, 'input.name'],
    ['an unknown model', { name: 'x', modelIds: ['nobody/knows'] }, 'input.modelIds'],
    ['a model twice', { name: 'x', modelIds: ['acme/small', 'acme/small'] }, 'input.modelIds'],
    ['a negative price', { name: 'x', maxInputPrice: '-1' }, 'input.maxInputPrice'],
  ])('refuses a policy with %s', async (_, input, argument) => {
    const { errors } = await models.execute(newTenant(models).admin, upsertPolicyMutation, { input });
    expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument });
  });

  test.each([
    ['upsertRoutingPolicy', 'mutation { upsertRoutingPolicy(input: { name: "x" }) { name } }'],
    ['deleteRoutingPolicy', 'mutation { deleteRoutingPolicy(name: "x") }'],
  ])('keeps %s to administrators of the tenant', async (_, mutation) => {
    const { errors } = await models.execute(identityOf(acme, { roles: ['USER', 'BILLING_ADMIN'] }), mutation);
    expect(errors[0]?.extensions.code).toBe('FORBIDDEN');
  });

  test('explains why each model is or is not a candidate', async () => {
    const tenant = newTenant(models);
    await setPolicy(tenant, {
      name: 'few',
      modelIds: ['acme/large', 'acme/small', 'local/tiny'],
      maxOutputPrice: '0.5',
    });
    const explain = async (input: Record<string, unknown>) => {
      const query = `query ($input: ExplainRouteInput!) { explainRoute(input: $input) {
      plan policy { name } candidates { model { id } verdict reason } } }`;
      const { data, errors } = await models.execute(tenant.user, query, { input });
      expect(errors).toEqual([]);
      const { candidates, ...rest } = data.explainRoute;
      return {
        ...rest,
        ...Object.fromEntries(
          candidates.map((candidate: { model: { id: string }; verdict: string }) => [
            candidate.model.id,
            candidate.verdict,
          ]),
        ),
      };
    };
    expect(await explain({})).toEqual({
      plan: 'FREE',
      policy: null,
      'acme/small': 'CHOSEN',
      'local/tiny': 'FALLBACK',
      'parlance/demonstration': 'NO_REAL_MODEL',
      'acme/large': 'NOT_IN_PLAN',
    });
    expect(await explain({ modelPolicy: 'few', inputTokens: 5000 })).toEqual({
      plan: 'FREE',
      policy: { name: 'few' },
      'acme/large': 'NOT_IN_PLAN',
      'acme/small': 'TOO_EXPENSIVE',
      'local/tiny': 'TOO_LONG',
      'parlance/demonstration': 'NOT_IN_POLICY',
    });
  });

  test('resolves Model by key and routes without a statement', async () => {
    const tenant = newTenant(models);
    await routedIds(models, tenant);
    const representations = Array.from({ length: 50 }, (_, index) => ({
      __typename: 'Model',
      id: index % 2 === 0 ? 'acme/small' : 'gone/model',
    }));
    const query = `query ($representations: [_Any!]!) { _entities(representations: $representations) {
    ... on Model { displayName provider { name } price { input } health { state } } } }`;
    // The catalogue sometimes refreshes during a request, so one run without a statement is enough.
    await vi.waitFor(async () => {
      const before = models.database.statements;
      const { data, errors } = await models.execute(tenant.user, query, { representations });
      expect(errors).toEqual([]);
      expect(data._entities.slice(0, 2)).toEqual([
        { displayName: 'Small', provider: { name: 'acme' }, price: { input: '0.15' }, health: { state: 'CLOSED' } },
        null,
      ]);
      expect(await routedIds(models, tenant)).toContain('acme/small');
      expect(models.database.statements).toBe(before);
    });
  });
});
