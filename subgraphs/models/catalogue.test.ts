/** What operators change of the catalogue over HTTP, prices with their history included, and who may not. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { acme, engines, identityOf, type ModelsFixture } from './models.fixture.ts';
import { newTenant, openServedModels, route, routedIds } from './served-models.fixture.ts';

describe.each(engines)('on %s', (engine) => {
  let models: ModelsFixture;
  beforeAll(async () => {
    models = await openServedModels(engine);
  });
  afterAll(() => models[Symbol.asyncDispose]());

  const operator = identityOf(acme, { scopes: ['models:write'] });
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

  test('changes the catalogue, and thereby routing, for an operator', async () => {
    const tenant = newTenant(models);
    const added = await models.execute(operator, operatorMutations[0][1]);
    expect(added).toEqual({ data: { upsertModel: { id: 'acme/new' } }, errors: [] });
    await models.announce('w2', ['acme/new']);
    await vi.waitFor(async () =>
      expect(await routedIds(models, tenant, { modelPolicy: 'acme/new' })).toEqual(['acme/new']),
    );
    const off = 'mutation { setModelEnabled(id: "acme/new", enabled: false) { enabled } }';
    expect((await models.execute(operator, off)).data.setModelEnabled).toEqual({ enabled: false });
    const { errors } = await route(models, tenant, { modelPolicy: 'acme/new' });
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
});
