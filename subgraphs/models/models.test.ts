/** The models subgraph over HTTP: routing, policies, access. All models of one subgraph are served by one worker. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type RouteCandidate, routeCandidateSchema } from '#contracts/generation-job.ts';
import { acme, engines, identityOf, type ModelsFixture, openModelsFixture } from './models.fixture.ts';

describe.each(engines)('on %s', (engine) => {
  let models: ModelsFixture;
  beforeAll(async () => {
    models = await openModelsFixture(engine);
    await models.announce('w1', ['parlance/demonstration', 'acme/small', 'acme/large', 'local/tiny']);
    await vi.waitFor(async () => {
      expect((await models.execute(identityOf(acme), '{ models(onlyUsable: true) { id } }')).data.models).toHaveLength(
        4,
      );
    });
  });
  afterAll(() => models[Symbol.asyncDispose]());

  /** A new tenant for each test. */
  const newTenant = (plan: 'FREE' | 'PRO' = 'FREE') => {
    const tenantId = randomUUID();
    models.plans.set(tenantId, plan);
    return {
      user: identityOf(tenantId),
      admin: identityOf(tenantId, { roles: ['ADMIN'] }),
      service: identityOf(tenantId, { service: 'conversations' }),
    };
  };
  type Tenant = ReturnType<typeof newTenant>;
  const operator = identityOf(acme, { scopes: ['models:write'] });

  const routeQuery = `query ($input: RouteMessageInput!) { routeMessage(input: $input) { candidates {
  modelId provider pool contextWindow maxOutputTokens capabilities price { input cachedInput output } } } }`;
  const route = (tenant: Tenant, input: Record<string, unknown> = {}) =>
    models.execute(tenant.service, routeQuery, { input: { inputTokens: 10, ...input } });
  const routedIds = async (tenant: Tenant, input: Record<string, unknown> = {}): Promise<string[]> => {
    const { data, errors } = await route(tenant, input);
    expect(errors).toEqual([]);
    return data.routeMessage.candidates.map(({ modelId }: RouteCandidate) => modelId);
  };
  const upsertPolicyMutation = `mutation ($input: RoutingPolicyInput!) { upsertRoutingPolicy(input: $input) {
  name description models { id } requires strategy maxInputPrice maxOutputPrice isDefault } }`;
  const setPolicy = async (tenant: Tenant, input: Record<string, unknown>) => {
    const { data, errors } = await models.execute(tenant.admin, upsertPolicyMutation, { input });
    expect(errors).toEqual([]);
    return data.upsertRoutingPolicy;
  };

  test('routes in the order of the file, then to discovered models, and not to the demonstration', async () => {
    const { data } = await route(newTenant());
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
    const { errors } = await models.execute(newTenant().admin, routeQuery, { input: { inputTokens: 1 } });
    expect(errors[0]?.extensions.code).toBe('FORBIDDEN');
  });

  test('routes by plan, capability and length', async () => {
    const pro = newTenant('PRO');
    expect(await routedIds(pro)).toEqual(['acme/small', 'acme/large', 'local/tiny']);
    expect(await routedIds(pro, { requires: ['VISION'] })).toEqual(['acme/large']);
    expect(await routedIds(pro, { inputTokens: 7900 })).toEqual(['acme/large']);
    expect(await routedIds(pro, { modelPolicy: 'local/tiny' })).toEqual(['local/tiny']);
  });

  test.each([
    ['an unknown policy', { modelPolicy: 'nobody/knows' }, { code: 'BAD_USER_INPUT', argument: 'modelPolicy' }],
    ['a model outside the plan', { modelPolicy: 'acme/large' }, { code: 'FORBIDDEN' }],
    ['a message too long for all', { inputTokens: 40_000 }, { code: 'CONTEXT_TOO_LONG' }],
    ['a capability that no model has', { requires: ['JSON'] }, { code: 'MODEL_UNAVAILABLE' }],
  ])('says what is wrong with %s', async (_, input, extensions) => {
    const { errors } = await route(newTenant(), input);
    expect(errors[0]?.extensions).toMatchObject(extensions);
  });

  test('follows the policy that a message names, otherwise the default of the tenant', async () => {
    const tenant = newTenant('PRO');
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
    expect(await routedIds(tenant)).toEqual(['local/tiny', 'acme/large']);
    expect(await routedIds(tenant, { modelPolicy: 'eyes' })).toEqual(['acme/large']);
    await setPolicy(tenant, { name: 'cheap', maxInputPrice: '0.15', strategy: 'PRICE', isDefault: true });
    expect(await routedIds(tenant)).toEqual(['local/tiny', 'acme/small']);
    const { data } = await models.execute(tenant.user, '{ routingPolicies { name isDefault } }');
    expect(data.routingPolicies).toEqual([
      { name: 'cheap', isDefault: true },
      { name: 'eyes', isDefault: false },
      { name: 'ours', isDefault: false },
    ]);
    await models.execute(tenant.admin, 'mutation { deleteRoutingPolicy(name: "eyes") }');
    const gone = await route(tenant, { modelPolicy: 'eyes' });
    expect(gone.errors[0]?.extensions.code).toBe('BAD_USER_INPUT');
  });

  test('keeps routing policies to their tenant', async () => {
    const [owner, stranger] = [newTenant(), newTenant()];
    await setPolicy(owner, { name: 'secret', modelIds: ['local/tiny'], isDefault: true });
    expect((await models.execute(stranger.user, '{ routingPolicies { name } }')).data.routingPolicies).toEqual([]);
    expect((await route(stranger, { modelPolicy: 'secret' })).errors[0]?.extensions.code).toBe('BAD_USER_INPUT');
    expect(await routedIds(stranger)).toContain('acme/small');
    const deletion = await models.execute(stranger.admin, 'mutation { deleteRoutingPolicy(name: "secret") }');
    expect(deletion.errors[0]?.extensions.code).toBe('NOT_FOUND');
    await setPolicy(stranger, { name: 'secret', modelIds: ['acme/small'] });
    expect(await routedIds(owner)).toEqual(['local/tiny']);
  });

  test.each([
    ['a name with a slash', { name: 'acme/small' }, 'input.name'],
    ['an unknown model', { name: 'x', modelIds: ['nobody/knows'] }, 'input.modelIds'],
    ['a model twice', { name: 'x', modelIds: ['acme/small', 'acme/small'] }, 'input.modelIds'],
    ['a negative price', { name: 'x', maxInputPrice: '-1' }, 'input.maxInputPrice'],
  ])('refuses a policy with %s', async (_, input, argument) => {
    const { errors } = await models.execute(newTenant().admin, upsertPolicyMutation, { input });
    expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument });
  });

  test('explains why each model is or is not a candidate', async () => {
    const tenant = newTenant();
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

  const priceInput = '{ input: "1", cachedInput: "0.5", output: "2" }';
  const newModel = `{ id: "acme/new", displayName: "New", pool: EXTERNAL, contextWindow: 1000, maxOutputTokens: 100, tiers: [FREE], price: ${priceInput} }`;
  const operatorMutations = [
    ['upsertModel', `mutation { upsertModel(input: ${newModel}) { id } }`],
    ['setModelEnabled', 'mutation { setModelEnabled(id: "acme/small", enabled: false) { id } }'],
    ['setPrice', `mutation { setPrice(input: { modelId: "acme/small", price: ${priceInput} }) { id } }`],
  ] as const;

  test.each(operatorMutations)('keeps %s from administrators of a tenant', async (_, mutation) => {
    const everyRole = identityOf(acme, { roles: ['USER', 'ADMIN', 'BILLING_ADMIN'], scopes: ['models:read'] });
    const { errors } = await models.execute(everyRole, mutation);
    expect(errors[0]?.extensions.code).toBe('FORBIDDEN');
  });

  test.each([
    ['upsertRoutingPolicy', 'mutation { upsertRoutingPolicy(input: { name: "x" }) { name } }'],
    ['deleteRoutingPolicy', 'mutation { deleteRoutingPolicy(name: "x") }'],
  ])('keeps %s to administrators of the tenant', async (_, mutation) => {
    const { errors } = await models.execute(identityOf(acme, { roles: ['USER', 'BILLING_ADMIN'] }), mutation);
    expect(errors[0]?.extensions.code).toBe('FORBIDDEN');
  });

  test('changes the catalogue, and thereby routing, for an operator', async () => {
    const tenant = newTenant();
    const added = await models.execute(operator, operatorMutations[0][1]);
    expect(added).toEqual({ data: { upsertModel: { id: 'acme/new' } }, errors: [] });
    await models.announce('w2', ['acme/new']);
    await vi.waitFor(async () => expect(await routedIds(tenant, { modelPolicy: 'acme/new' })).toEqual(['acme/new']));
    const off = 'mutation { setModelEnabled(id: "acme/new", enabled: false) { enabled } }';
    expect((await models.execute(operator, off)).data.setModelEnabled).toEqual({ enabled: false });
    const { errors } = await route(tenant, { modelPolicy: 'acme/new' });
    expect(errors[0]?.extensions.code).toBe('MODEL_UNAVAILABLE');
  });

  test.each([
    ['an unknown provider', newModel.replace('acme/new', 'nobody/new'), 'input.id'],
    [
      'a reply as long as the context window',
      newModel.replace('maxOutputTokens: 100', 'maxOutputTokens: 1000'),
      'input.maxOutputTokens',
    ],
    ['no plan', newModel.replace('[FREE]', '[]'), 'input.tiers'],
    ['a negative price', newModel.replace('"1"', '"-1"'), 'input.price'],
  ])('refuses a model with %s', async (_, input, argument) => {
    const { errors } = await models.execute(operator, `mutation { upsertModel(input: ${input}) { id } }`);
    expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument });
  });

  test('a price that was set for later is in force from its moment on, which is signalled', async () => {
    const later = new Date(Date.now() + 1_000).toISOString();
    const input = {
      modelId: 'acme/large',
      price: { input: '2.5', cachedInput: '0.5', output: '8' },
      effectiveFrom: later,
    };
    const setPrice = 'mutation ($input: SetPriceInput!) { setPrice(input: $input) { price { input } } }';
    expect((await models.execute(operator, setPrice, { input })).data.setPrice.price).toEqual({ input: '2' });
    const changed = Promise.withResolvers<void>();
    const unsubscribe = await models.ports.signals.subscribe('models.changed', () => {
      if (Date.now() >= Date.parse(later)) changed.resolve();
    });
    await changed.promise;
    await unsubscribe();
    const { data } = await models.execute(operator, '{ model(id: "acme/large") { price { input effectiveFrom } } }');
    expect(data.model.price).toEqual({ input: '2.5', effectiveFrom: later });
  });

  test('the prices of each model are its history, the latest first', async () => {
    const { data } = await models.execute(operator, '{ models { id prices { input } } }');
    const history = Object.fromEntries(
      data.models.map(({ id, prices }: { id: string; prices: { input: string }[] }) => [
        id,
        prices.map(({ input }) => input),
      ]),
    );
    expect(history).toMatchObject({ 'acme/large': ['2.5', '2'], 'acme/small': ['0.15'] });
  });

  test('charges a new price from its moment on, never earlier', async () => {
    const setPrice = async (price: string, effectiveFrom?: string) =>
      models.execute(operator, `mutation ($input: SetPriceInput!) { setPrice(input: $input) { price { input } } }`, {
        input: { modelId: 'acme/large', price: { input: price, cachedInput: '0', output: '9' }, effectiveFrom },
      });
    expect((await setPrice('3')).data.setPrice.price).toEqual({ input: '3' });
    const tomorrow = new Date(Date.now() + 86_400_000).toISOString();
    expect((await setPrice('4', tomorrow)).data.setPrice.price).toEqual({ input: '3' });
    expect((await setPrice('5', '2020-01-01T00:00:00Z')).errors[0]?.extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      argument: 'input.effectiveFrom',
    });
    // Moves the prices a day into the past, as if it were tomorrow.
    await models.database.asSystem((em) =>
      em.execute(`update models.prices set effective_from = now() where input = 4`),
    );
    await models.ports.signals.publish('models.changed', null);
    await vi.waitFor(async () => {
      const { data } = await models.execute(operator, '{ model(id: "acme/large") { price { input } } }');
      expect(data.model.price).toEqual({ input: '4' });
    });
  });

  test('resolves Model by key and routes without a statement', async () => {
    const tenant = newTenant();
    await routedIds(tenant);
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
      expect(await routedIds(tenant)).toContain('acme/small');
      expect(models.database.statements).toBe(before);
    });
  });
});
