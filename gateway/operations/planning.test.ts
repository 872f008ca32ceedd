import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import { text as readText } from 'node:stream/consumers';
import { getOperationAST, parse } from 'graphql';
import { expect, test } from 'vitest';
import { createLogger } from '#kernel/log.ts';
import { createDocumentPreparer } from '../admission/prepared-document.ts';
import { openBody } from '../fixtures/body-client.fixture.ts';
import { openSignedIn } from '../fixtures/socket-client.fixture.ts';
import { openTestGateway, readResponse, type TestGateway } from '../fixtures/test-gateway.fixture.ts';
import { composeSupergraph } from '../fixtures/test-graph.fixture.ts';
import { defaultOperationLimits } from '../limits/operation-limits.ts';
import { openPlanner } from '../planning/open-planner.ts';
import { createFederatedExecutor } from './federated-executor.ts';

const sdl = composeSupergraph('http://127.0.0.1:1/graphql', 'http://127.0.0.1:2/graphql');
const generous = { burstMs: 1e9, msPerSecond: 1e9 };
const logger = createLogger('gateway', 'silent');

test('operations that differ in name, layout, comments and unused definitions share a plan', async () => {
  await using planner = openPlanner(generous, logger);
  let planned = 0;
  const executor = createFederatedExecutor({
    sdl,
    planner: {
      ...planner,
      plan(...given) {
        planned += 1;
        return planner.plan(...given);
      },
    },
    sendFor: () => async () => ({ data: { story: { title: 'T' } }, errors: [], isShared: false }),
    explains: false,
    onReload() {},
  });
  const run = async (text: string) => {
    const document = parse(text);
    const operation = getOperationAST(document);
    if (!operation) throw new Error(text);
    return executor.execute({ generation: executor.current(), document, operation, variables: {}, context: {} });
  };
  for (const query of [
    '{ story(id: "1") { ...F } } fragment F on Story { title }',
    'query Other { story(id: "1") { ...F } } fragment F on Story { title }',
    '# a comment\nquery Third {\n  story(id: "1", ) { ...F }\n}\nfragment F on Story { title, } # another',
  ]) {
    expect(await run(query)).toEqual({ data: { story: { title: 'T' } } });
  }
  expect(planned).toBe(1);
  await run('{ story(id: "2") { ...F } } fragment F on Story { title }');
  expect(planned).toBe(2);
});

test('large operations are planned on a thread of their own, with the same result', async () => {
  await using gateway = await openTestGateway();
  const fields = Array.from({ length: 15 }, (_, n) => `story(id: "1") { title ...F${n} }`).join(' ');
  const fragments = Array.from({ length: 15 }, (_, n) => `fragment F${n} on Story { ${'id title '.repeat(10)} }`);
  const { data, errors } = await gateway.ask(`{ ${fields} } ${fragments.join(' ')}`);
  expect(errors).toBeUndefined();
  expect(data).toEqual({ story: { title: 'Story 1', id: '1' } });
  const wrong = await gateway.ask(`{ ${fields} nothing } ${fragments.join(' ')}`);
  expect(wrong.errors).toMatchObject([{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' }, locations: [{ line: 1 }] }]);
});

test('a warm planner plans large operations at once', async () => {
  await using gateway = await openTestGateway({ warmsPlanner: true });
  gateway.gateway.reload(composeSupergraph(gateway.graph.stories.url, gateway.graph.authors.url, '\n# another'));
  const fields = Array.from({ length: 15 }, (_, n) => `s${n}: story(id: "1") { ${'id title '.repeat(10)} }`).join(' ');
  const { data } = await gateway.ask(`{ ${fields} }`);
  expect(Object.keys(data ?? {})).toHaveLength(15);
});

test('the memory of operations is bounded by its weight', async () => {
  await using planner = openPlanner(generous, logger);
  const executor = createFederatedExecutor({
    sdl,
    planner,
    sendFor: () => async () => ({ data: {}, errors: [], isShared: false }),
    explains: false,
    onReload() {},
  });
  const generation = executor.current();
  const documents = createDocumentPreparer(planner, { ...defaultOperationLimits, maxOperationBytes: 1_000_000 });
  for (let index = 0; index < 90; index += 1) {
    const literal = `${index} ${'x'.repeat(900_000)}`;
    const prepared = await documents.prepare(generation, `{ story(id: "${literal}") { title } }`, undefined);
    const operation = 'document' in prepared ? getOperationAST(prepared.document) : undefined;
    if (!operation || !('document' in prepared)) throw new Error('not valid');
    await executor.execute({ generation, document: prepared.document, operation, variables: {}, context: {} });
  }
  expect(generation.environment.memory.weight).toBeLessThanOrEqual(64 * 1024 * 1024);
});

/** Sends new operations until one is refused. */
const exhaust = async (gateway: TestGateway, headers: Record<string, string>) => {
  for (let index = 0; ; index += 1) {
    const response = await gateway.ask(`{ a${index}: stories { title author { name } } }`, { headers });
    if (response.status !== 200) return response;
  }
};

test('a user who keeps sending new operations is refused over every transport; known operations and other users pass', async () => {
  const rates = { perUser: { capacity: 10_000, refillPerSecond: 10_000 } };
  await using gateway = await openTestGateway({ planning: { burstMs: 50, msPerSecond: 0.001 }, rates });
  const token = await gateway.issuer.token();
  const authorization = `Bearer ${token}`;
  await using client = await openSignedIn(gateway.socketUrl, token);
  const known = '{ story(id: "1") { title } }';
  expect((await gateway.ask(known, { headers: { authorization, 'content-type': 'application/json' } })).status).toBe(
    200,
  );

  const refused = await exhaust(gateway, { authorization, 'content-type': 'application/json' });
  expect(refused.status).toBe(429);
  expect(refused.errors).toMatchObject([{ extensions: { code: 'RATE_LIMITED', retryAfterMs: expect.any(Number) } }]);

  const fresh = '{ fresh: story(id: "1") { title } }';
  const preflight = { authorization, 'apollo-require-preflight': '1' };
  const got = await readResponse(
    await fetch(`${gateway.gateway.url}?${new URLSearchParams({ query: fresh })}`, { headers: preflight }),
  );
  expect(got.errors).toMatchObject([{ extensions: { code: 'RATE_LIMITED' } }]);
  const sha256Hash = createHash('sha256').update(fresh).digest('hex');
  const persisted = await gateway.ask(fresh, {
    headers: { authorization },
    extensions: { persistedQuery: { version: 1, sha256Hash } },
  });
  expect(persisted.errors).toMatchObject([{ extensions: { code: 'RATE_LIMITED' } }]);
  for (const query of [fresh, 'subscription { ticks { fresh: seq } }']) {
    client.send({ id: '1', type: 'subscribe', payload: { query } });
    expect(await client.frame()).toMatchObject({
      id: '1',
      type: 'error',
      payload: [{ extensions: { code: 'RATE_LIMITED' } }],
    });
  }
  await using stream = await openBody(gateway.gateway.url, {
    headers: { authorization, accept: 'text/event-stream' },
    body: { query: 'subscription { ticks { fresh: seq } }' },
  });
  expect(await stream.until(/complete/)).toContain('RATE_LIMITED');

  expect((await gateway.ask(known, { headers: { authorization } })).data).toEqual({ story: { title: 'Story 1' } });
  expect((await gateway.ask(fresh)).data).toEqual({ fresh: { title: 'Story 1' } });
});

test('a text that is too long is refused over every transport', async () => {
  await using gateway = await openTestGateway({ limits: { maxOperationBytes: 1000 } });
  const token = await gateway.issuer.token();
  const authorization = `Bearer ${token}`;
  const query = `{ __typename } # ${'ä'.repeat(500)}`;
  const tooLong = { errors: [{ extensions: { code: 'PAYLOAD_TOO_LARGE', maxBytes: 1000 } }] };
  expect(await gateway.ask(query)).toMatchObject({ status: 413, ...tooLong });
  const address = `${gateway.gateway.url}?${new URLSearchParams({ query })}`;
  const got = await fetch(address, { headers: { authorization, 'apollo-require-preflight': '1' } });
  expect(await readResponse(got)).toMatchObject({ status: 413, ...tooLong });
  const sha256Hash = createHash('sha256').update(query).digest('hex');
  const extensions = { persistedQuery: { version: 1, sha256Hash } };
  expect(await gateway.ask(query, { extensions })).toMatchObject({ status: 413, ...tooLong });
  await using client = await openSignedIn(gateway.socketUrl, token);
  client.send({ id: '1', type: 'subscribe', payload: { query } });
  expect(await client.frame()).toMatchObject({ id: '1', type: 'error', payload: tooLong.errors });
  await using stream = await openBody(gateway.gateway.url, {
    headers: { authorization, accept: 'text/event-stream' },
    body: { query },
  });
  expect(await stream.until(/complete/)).toContain('PAYLOAD_TOO_LARGE');
  expect((await gateway.ask(`{ __typename } # ${'a'.repeat(900)}`)).status).toBe(200);
});

test('the body of a sender who is not signed in is not awaited', async () => {
  await using gateway = await openTestGateway();
  const socket = connect(gateway.gateway.port, '127.0.0.1');
  socket.write(
    'POST /graphql HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: 100000\r\n\r\n{',
  );
  const response = await readText(socket);
  expect(response).toMatch(/^HTTP\/1\.1 401 /);
  expect(response).toContain('UNAUTHENTICATED');
});

test('introspection has a cost: the whole schema passes once, but not many times in one operation', async () => {
  await using gateway = await openTestGateway();
  const whole = '__schema { types { name fields { name args { name } type { name ofType { name } } } } }';
  expect((await gateway.ask(`{ ${whole} }`)).status).toBe(200);
  const many = Array.from({ length: 20 }, (_, n) => `a${n}: ${whole}`).join(' ');
  const all = `${many} ...F ... { ${many} } } fragment F on Query { ${many}`;
  const limits = { maxAliases: 100, maxRootFields: 100, maxCost: 2000 };
  await using strict = await openTestGateway({ limits });
  expect((await strict.ask(`{ ${whole} }`)).status).toBe(200);
  expect((await strict.ask(`{ ${all} }`)).errors).toMatchObject([
    { extensions: { code: 'OPERATION_TOO_COMPLEX', limit: 2000, cost: expect.any(Number) } },
  ]);
});
