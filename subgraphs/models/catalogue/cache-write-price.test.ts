/** The price of tokens that a provider writes to its cache, as an operator sets it and as a route carries it. */
import { expect, test, vi } from 'vitest';
import { acme, identityOf, openModelsFixture } from '../models.fixture.ts';

test('the price of cache writes is that of input until an operator sets one, and travels with the route', async () => {
  await using models = await openModelsFixture();
  await models.announce('w1', ['acme/small']);
  const operator = identityOf(acme, { scopes: ['models:write'] });
  const service = identityOf(acme, { service: 'conversations' });
  const query = `query { routeMessage(input: { inputTokens: 10, modelPolicy: "acme/small" }) {
    candidates { price { input cacheWrite } } } }`;
  const routed = async () => (await models.execute(service, query)).data?.routeMessage.candidates[0].price;
  await vi.waitFor(async () => expect(await routed()).toEqual({ input: '0.15', cacheWrite: '0.15' }));

  const mutation = 'mutation ($input: SetPriceInput!) { setPrice(input: $input) { price { cacheWrite } } }';
  const setPrice = (cacheWrite?: string | null) =>
    models.execute(operator, mutation, {
      input: { modelId: 'acme/small', price: { input: '1', cachedInput: '0.1', cacheWrite, output: '5' } },
    });
  expect((await setPrice('1.25')).data.setPrice.price).toEqual({ cacheWrite: '1.25' });
  await vi.waitFor(async () => expect(await routed()).toEqual({ input: '1', cacheWrite: '1.25' }));
  expect((await setPrice('-1')).errors[0]?.extensions).toMatchObject({
    code: 'BAD_USER_INPUT',
    argument: 'input.price',
  });
  for (const none of [undefined, null]) {
    expect((await setPrice(none)).data.setPrice.price).toEqual({ cacheWrite: '1' });
  }
});
