import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSignedIn } from '../fixtures/socket-client.fixture.ts';
import { openTestGateway, type TestGateway } from '../fixtures/test-gateway.fixture.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await openTestGateway({ introspectionRoles: ['ADMIN'], isDevelopment: true });
});
afterAll(() => gateway[Symbol.asyncDispose]());

const introspections = [
  '{ __schema { queryType { name } } }',
  '{ __type(name: "Story") { name } }',
  'query { ...F } fragment F on Query { story(id: "1") { id } ... { s: __schema { queryType { name } } } }',
];
const as = async (...roles: string[]): Promise<{ authorization: string }> => ({
  authorization: `Bearer ${await gateway.issuer.token({ roles })}`,
});

test('only users with a configured role read the schema, over HTTP and over sockets', async () => {
  await using user = await openSignedIn(gateway.socketUrl, await gateway.issuer.token({ roles: ['USER'] }));
  for (const query of introspections) {
    expect((await gateway.ask(query, { headers: await as('ADMIN') })).errors).toBeUndefined();
    const refused = await gateway.ask(query, { headers: await as('USER') });
    expect([refused.status, refused.errors?.[0]?.extensions['code']]).toEqual([403, 'FORBIDDEN']);
    user.send({ id: '1', type: 'subscribe', payload: { query } });
    expect(await user.frame()).toMatchObject({ type: 'error', payload: [{ extensions: { code: 'FORBIDDEN' } }] });
    expect((await gateway.ask(query, { headers: {} })).status).toBe(401);
  }
  const typename = await gateway.ask('{ __typename story(id: "1") { __typename } }', { headers: await as('USER') });
  expect(typename.data).toEqual({ __typename: 'Query', story: { __typename: 'Story' } });
});

test('an error suggests no names while the schema is not open', async () => {
  const query = '{ story(id: "1") { titel } }';
  const { errors } = await gateway.ask(query, { headers: await as('USER') });
  expect(errors?.[0]?.message).toBe('Cannot query field "titel" on type "Story".');
  await using open = await openTestGateway();
  expect((await open.ask(query)).errors?.[0]?.message).toMatch(/Did you mean "title"/);
});

test('nobody reads the schema when no role may', async () => {
  await using closed = await openTestGateway({ introspectionRoles: [] });
  const [query = ''] = introspections;
  const authorization = `Bearer ${await closed.issuer.token({ roles: ['ADMIN'] })}`;
  expect((await closed.ask(query, { headers: { authorization } })).status).toBe(403);
});
