import { expect, test } from 'vitest';
import { createLogger } from '#kernel/log.ts';
import { openSignedIn } from '../fixtures/socket-client.fixture.ts';
import { openTestGateway } from '../fixtures/test-gateway.fixture.ts';

type Line = Readonly<Record<string, unknown>>;

const openLogged = async (operationLogShare = 1) => {
  const lines: Line[] = [];
  const logger = createLogger('gateway', 'info', { write: (line) => lines.push(JSON.parse(line)) });
  const gateway = await openTestGateway({ logger, operationLogShare });
  const operations = (): Line[] => lines.filter(({ msg }) => msg === 'operation');
  return { gateway, lines, operations };
};

const bearer = async (token: Promise<string>): Promise<Record<string, string>> => ({
  authorization: `Bearer ${await token}`,
});

test('each query and mutation over HTTP is one line, whose id its response names', async () => {
  const { gateway, operations } = await openLogged();
  await using _ = gateway;
  const direct = await gateway.ask('query Titles { story(id: "1") { title } }');
  const byApollo = await gateway.ask('mutation Rename { rename(id: "1", title: "x") { title } }', { extensions: {} });
  const failed = await gateway.ask('{ fail(code: "NOT_FOUND") }');
  const invalid = await gateway.ask('{ nothing }');
  const refused = await gateway.ask('{ __typename }', { headers: {} });
  const responses = [direct, byApollo, failed, invalid, refused];
  const ids = responses.map(({ headers }) => headers.get('x-request-id'));
  expect(new Set(ids).size).toBe(5);
  const ofUser = { tenantId: expect.any(String), userId: expect.any(String), durationMs: expect.any(Number) };
  expect(operations()).toEqual([
    expect.objectContaining({ requestId: ids[0], type: 'query', operation: 'Titles', code: 'OK', ...ofUser }),
    expect.objectContaining({ requestId: ids[1], type: 'mutation', operation: 'Rename', code: 'OK', ...ofUser }),
    expect.objectContaining({ requestId: ids[2], type: 'query', code: 'NOT_FOUND', ...ofUser }),
    expect.objectContaining({ requestId: ids[3], type: 'unknown', code: 'GRAPHQL_VALIDATION_FAILED', ...ofUser }),
    expect.objectContaining({ requestId: ids[4], type: 'unknown', code: 'UNAUTHENTICATED' }),
  ]);
  // `ask` compares the id in each error with the header.
  expect([failed, invalid, refused].every(({ errors = [] }) => errors.length > 0)).toBe(true);
});

test('each operation over a socket is one line, a subscription at its end', async () => {
  const { gateway, operations } = await openLogged();
  await using _ = gateway;
  await using client = await openSignedIn(gateway.socketUrl, await gateway.issuer.token());
  client.send({ id: 'q', type: 'subscribe', payload: { query: 'query Fails { fail(code: "NOT_FOUND") }' } });
  const [result] = await client.frames(2);
  const shown = JSON.stringify(result);
  client.send({ id: 's', type: 'subscribe', payload: { query: 'subscription Ends { storyStream(id: "1") { seq } }' } });
  await gateway.graph.stories.untilRunning(1);
  expect(operations()).toHaveLength(1);
  client.send({ id: 's', type: 'complete' });
  await gateway.graph.stories.untilRunning(0);
  client.send({ id: 'i', type: 'subscribe', payload: { query: '{ nothing }' } });
  const refusal = JSON.stringify(await client.frame());
  const [query, subscription, invalid] = operations();
  expect(query).toMatchObject({ type: 'query', operation: 'Fails', code: 'NOT_FOUND' });
  expect(shown).toContain(`"requestId":"${query?.['requestId']}"`);
  expect(subscription).toMatchObject({ type: 'subscription', operation: 'Ends', code: 'OK' });
  expect(invalid).toMatchObject({ type: 'unknown', code: 'GRAPHQL_VALIDATION_FAILED', userId: expect.any(String) });
  expect(refusal).toContain(`"requestId":"${invalid?.['requestId']}"`);
});

test('subgraphs get the id of the request with each fetch', async () => {
  const { gateway } = await openLogged();
  await using _ = gateway;
  const seen: unknown[] = [];
  gateway.graph.stories.intercept = (request, response) => {
    seen.push(request.headers['x-request-id']);
    response.end('{"data":{"story":null}}');
  };
  const { headers } = await gateway.ask('{ story(id: "1") { title } }', {
    headers: { ...(await bearer(gateway.issuer.token())), 'x-request-id': 'of-the-client' },
  });
  expect(seen).toEqual([headers.get('x-request-id')]);
  expect(seen).not.toContain('of-the-client');
});

test('a masked fault is logged with the id that its client gets', async () => {
  const { gateway, lines } = await openLogged();
  await using _ = gateway;
  const { headers } = await gateway.ask('{ crash }');
  const requestId = headers.get('x-request-id');
  expect(lines).toContainEqual(expect.objectContaining({ requestId, msg: 'masked an error without a public code' }));
});

test('with a share of 0 only operations that fail are logged', async () => {
  const { gateway, operations } = await openLogged(0);
  await using _ = gateway;
  await gateway.ask('{ story(id: "1") { title } }');
  await gateway.ask('{ fail(code: "NOT_FOUND") }');
  expect(operations().map(({ code }) => code)).toEqual(['NOT_FOUND']);
});
