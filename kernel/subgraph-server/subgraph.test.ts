/**
 * What every subgraph does with requests: whom it admits, how it shows errors, and that one broken stream does not harm
 * another.
 */
import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, expect, test } from 'vitest';
import WebSocket from 'ws';
import { z } from 'zod';
import type { Identity } from '#contracts/identity.ts';
import type { Json } from '../broker/broker.ts';
import { AppError } from '../errors.ts';
import { createIdentitySigner, createIdentityVerifier } from '../identity.ts';
import { createLogger } from '../log.ts';
import { createSubgraphClient } from '../subgraph-client/subgraph-client.ts';
import { createSubgraphBuilder, federationLinkUrl, type SubgraphContext } from './builder.ts';
import { type Subgraph, serveSubgraph } from './serve-subgraph.ts';

const secret = 'a secret of at least thirty-two characters';
const ada: Identity = {
  tenantId: '01900000-0000-7000-8000-00000000ac3e',
  userId: '01900000-0000-7000-8000-000000000ada',
  roles: ['USER'],
  scopes: [],
};
const sign = createIdentitySigner(secret);
const logger = createLogger('test', 'silent');

const createTestSchema = () => {
  const builder = createSubgraphBuilder<SubgraphContext>();
  const named = builder.inputType('Named', { fields: (t) => ({ ids: t.idList(), text: t.string() }) });
  builder.queryFields((t) => ({
    whoami: t.string({ resolve: (_, _args, { identity }) => identity.userId }),
    forAdmins: t.string({ authScopes: { role: 'ADMIN' }, resolve: () => 'secret' }),
    forServices: t.string({ inaccessible: true, authScopes: { service: true }, resolve: () => 'internal' }),
    refuses: t.string({
      nullable: true,
      resolve: () => {
        throw new AppError('OVERLOADED', 'Come back later.', { retryAfterMs: 7, details: { queue: 'small' } });
      },
    }),
    breaks: t.string({
      nullable: true,
      resolve: () => {
        throw new Error('password=hunter2');
      },
    }),
    loops: t.field({
      type: 'JSON',
      nullable: true,
      resolve: () => {
        const loop: Record<string, Json> = {};
        loop['self'] = loop;
        return loop;
      },
    }),
    echo: t.field({
      type: 'Decimal',
      args: { value: t.arg({ type: 'Decimal', required: true }), at: t.arg({ type: 'DateTime' }) },
      resolve: (_, { value }) => value,
    }),
    moment: t.field({
      type: 'DateTime',
      args: { at: t.arg({ type: 'DateTime', required: true }) },
      resolve: (_, { at }) => at,
    }),
    ids: t.field({
      type: ['String'],
      args: { id: t.arg.id({ required: true }), named: t.arg({ type: named }) },
      resolve: (_, { id, named: given }) => [id, ...(given?.ids ?? []), given?.text ?? ''],
    }),
  }));
  builder.subscriptionType({
    fields: (t) => ({
      counts: t.int({
        args: {
          to: t.arg.int({ required: true }),
          breaks: t.arg.boolean({ defaultValue: false }),
          text: t.arg.string(),
        },
        subscribe: async function* (_, { to, breaks }) {
          for (let value = 1; value <= to; value += 1) yield value;
          if (breaks) throw new Error('password=hunter2');
        },
        resolve: (value: unknown, _args, context) => {
          context.cursor = String(value);
          return Number(value);
        },
      }),
    }),
  });
  return builder.toSubGraphSchema({ linkUrl: federationLinkUrl });
};

let subgraph: Subgraph;
beforeAll(async () => {
  subgraph = await serveSubgraph({
    name: 'test',
    schema: createTestSchema(),
    createContext: (identity) => ({ identity }),
    verifyIdentity: createIdentityVerifier(secret),
    host: '127.0.0.1',
    port: 0,
    checks: {},
    logger,
  });
});
afterAll(() => subgraph[Symbol.asyncDispose]());

const responseSchema = z.object({
  data: z.record(z.string(), z.unknown()).nullish(),
  errors: z.array(z.looseObject({ message: z.string(), extensions: z.looseObject({ code: z.string() }) })).optional(),
});

const ask = async (query: string, authorization?: string, variables?: object) => {
  const response = await fetch(subgraph.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(authorization === undefined ? {} : { authorization }) },
    body: JSON.stringify({ query, variables }),
  });
  return { status: response.status, ...responseSchema.parse(await response.json()) };
};
const bearer = async (identity: Identity = ada): Promise<string> => `Bearer ${await sign(identity)}`;

test('a request without an identity token signed with the services’ secret is refused', async () => {
  const forged = createIdentitySigner('another secret of more than thirty-two characters');
  for (const authorization of [undefined, 'Bearer nonsense', `Bearer ${await forged(ada)}`]) {
    const { status, data, errors } = await ask('{ whoami }', authorization);
    expect([status, data, errors?.[0]?.extensions.code]).toEqual([401, undefined, 'UNAUTHENTICATED']);
  }
  expect((await ask('{ whoami }', await bearer())).data).toEqual({ whoami: ada.userId });
});

test('a role opens the fields that need it, and only services see internal fields', async () => {
  expect((await ask('{ forAdmins }', await bearer())).errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  expect((await ask('{ forAdmins }', await bearer({ ...ada, roles: ['ADMIN'] }))).data).toEqual({
    forAdmins: 'secret',
  });
  expect((await ask('{ forServices }', await bearer())).errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  expect((await ask('{ forServices }', await bearer({ ...ada, service: 'conversations' }))).data).toEqual({
    forServices: 'internal',
  });
});

test('a refusal shows its code and sentence, and anything unexpected is masked', async () => {
  const { errors } = await ask('{ refuses breaks }', await bearer());
  expect(errors?.map(({ message, extensions }) => [message, extensions])).toEqual([
    ['Come back later.', { queue: 'small', code: 'OVERLOADED', retryAfterMs: 7 }],
    [expect.stringContaining('Something went wrong on our side'), { code: 'INTERNAL_SERVER_ERROR' }],
  ]);
  expect(JSON.stringify(errors)).not.toContain('hunter2');
});

test('scalars are exact, and explain their form when they are invalid', async () => {
  expect((await ask('{ echo(value: "0.1000000000000000000001") }', await bearer())).data).toEqual({
    echo: '0.1000000000000000000001',
  });
  const wrong = await ask('{ echo(value: "abc") }', await bearer());
  expect(wrong.errors?.[0]?.message).toContain('A Decimal is a string such as "12.50".');
});

/** With the value as a variable, then as a literal. */
const askBoth = async (field: 'echo' | 'moment', value: unknown) => {
  const [argument, type] = field === 'echo' ? ['value', 'Decimal'] : ['at', 'DateTime'];
  const query = `query ($value: ${type}!) { ${field}(${argument}: $value) }`;
  return [
    await ask(query, await bearer(), { value }),
    await ask(`{ ${field}(${argument}: ${JSON.stringify(value)}) }`, await bearer()),
  ];
};

test.each([
  ...['1e5', '', 'Infinity', '١٢', '1'.repeat(31), 12.5, 100_000, true, ['1']].map((value) => ['echo', value] as const),
  ...[
    '2027-01-01T00:00:00',
    '2027-01-01',
    '2027-02-30T00:00:00Z',
    '2026-02-29T00:00:00+01:00',
    '0000-01-01T00:00:00Z',
    '0001-01-01T00:00:00+01:00',
    '9999-12-31T23:59:59-01:00',
    '+275760-09-13T00:00:00.000Z',
    '-001000-01-01T00:00:00Z',
    '2027-01-01T24:00:00Z',
    '2027-01-01T23:59:60Z',
    '2027-01-01T00:00:00+25:00',
    '2027-13-01T00:00:00Z',
    'Tue, 01 Jan 2030 00:00:00 GMT',
    'tomorrow',
    1e15,
  ].map((value) => ['moment', value] as const),
])('%s refuses %j with BAD_USER_INPUT, as a variable and as a literal', async (field, value) => {
  for (const { data, errors } of await askBoth(field, value)) {
    expect([data ?? null, errors?.map(({ extensions }) => extensions.code)]).toEqual([null, ['BAD_USER_INPUT']]);
    expect(errors?.[0]?.message).toMatch(/A (Decimal|DateTime) is/);
  }
});

test.each([
  ['2028-02-29T23:59:59Z', '2028-02-29T23:59:59.000Z'],
  ['2027-06-30T12:00+05:30', '2027-06-30T06:30:00.000Z'],
  ['2027-06-30T12:00:00.123456789-00:00', '2027-06-30T12:00:00.123Z'],
])('a DateTime %s is the moment %s', async (given, moment) => {
  for (const { data } of await askBoth('moment', given)) expect(data).toEqual({ moment });
});

test('ids match whatever their case, at any depth; other text stays as it is', async () => {
  const id = '01900000-0000-7000-8000-00000000AbCd';
  const model = 'Some/Model';
  const query = 'query ($id: ID!, $named: Named) { ids(id: $id, named: $named) }';
  const variables = { id, named: { ids: [id, model], text: id } };
  const expected = { ids: [id.toLowerCase(), id.toLowerCase(), model, id] };
  expect((await ask(query, await bearer(), variables)).data).toEqual(expected);
  const literals = `{ ids(id: "${id}", named: { ids: ["${id}", "${model}"], text: "${id}" }) }`;
  expect((await ask(literals, await bearer())).data).toEqual(expected);
});

test('text that cannot be stored is refused, in variables and in documents', async () => {
  const query = 'query ($value: Decimal!) { echo(value: $value) }';
  for (const text of ['a\0b', 'half \ud83d']) {
    const body = JSON.stringify({ query, variables: { value: text, deep: [{ text }] } });
    const response = await fetch(subgraph.url, { method: 'POST', headers: { authorization: await bearer() }, body });
    expect(await response.json()).toMatchObject({
      errors: [{ message: expect.stringContaining('U+0000'), extensions: { code: 'BAD_USER_INPUT' } }],
    });
  }
  const literal = await ask('{ echo(value: "a\\u0000b") }', await bearer());
  expect(literal.errors?.[0]?.message).toContain('U+0000');
});

test('a result that cannot be written as JSON is a masked fault, and the next request is served', async () => {
  const { status, errors } = await ask('{ loops }', await bearer());
  expect([status, errors?.[0]?.extensions.code]).toEqual([500, 'INTERNAL_SERVER_ERROR']);
  expect((await ask('{ whoami }', await bearer())).status).toBe(200);
});

test('a body that is not JSON, or too long, is refused, and the next request is served', async () => {
  const send = async (body: string) =>
    (await fetch(subgraph.url, { method: 'POST', headers: { authorization: await bearer() }, body })).status;
  expect(await send('{')).toBe(400);
  expect(await send(' '.repeat(5 * 1024 * 1024))).toBe(413);
  expect((await ask('{ whoami }', await bearer())).status).toBe(200);
});

test('events carry their cursor; a broken source ends alone, masked, on a socket that stays open', async () => {
  const socket = createClient({
    url: subgraph.url.replace(/^http/, 'ws'),
    webSocketImpl: WebSocket,
    connectionParams: { authorization: await bearer() },
    retryAttempts: 0,
  });
  const extensions = { authorization: await bearer() };
  const results: unknown[] = [];
  for await (const result of socket.iterate({ query: 'subscription { counts(to: 2, breaks: true) }', extensions }))
    results.push(result);
  expect(results).toEqual([
    { data: { counts: 1 }, extensions: { cursor: '1' } },
    { data: { counts: 2 }, extensions: { cursor: '2' } },
    {
      errors: [expect.objectContaining({ extensions: { code: 'INTERNAL_SERVER_ERROR' } })],
      extensions: { cursor: '2' },
    },
  ]);
  // Text that cannot be stored is refused for this subscription alone.
  const unstorable = `subscription { counts(to: 1, text: "a\\u0000b") }`;
  await expect(socket.iterate({ query: unstorable, extensions }).next()).rejects.toEqual([
    expect.objectContaining({ extensions: { code: 'BAD_USER_INPUT' } }),
  ]);
  const after: unknown[] = [];
  for await (const result of socket.iterate({ query: 'subscription { counts(to: 1) }', extensions }))
    after.push(result);
  expect(after).toHaveLength(1);
  // The socket's own identity is not the user's: each subscription needs one of its own.
  const anonymous = socket.iterate({ query: 'subscription { counts(to: 1) }' });
  await expect(anonymous.next()).rejects.toEqual([
    expect.objectContaining({ extensions: { code: 'UNAUTHENTICATED' } }),
  ]);
  await socket.dispose();
});

test('a service calls a subgraph by GraphQL: refusals keep their code, and silence has a code of its own', async () => {
  await using client = createSubgraphClient('conversations', subgraph.url, sign);
  const call = (query: string) =>
    client.call({ identity: ada, query, variables: {}, data: z.record(z.string(), z.unknown()), deadlineMs: 2_000 });
  expect(await call('{ forServices }')).toEqual({ forServices: 'internal' });
  await expect(call('{ refuses }')).rejects.toMatchObject({
    code: 'OVERLOADED',
    retryAfterMs: 7,
    details: { queue: 'small' },
  });
  await using nowhere = createSubgraphClient('conversations', 'http://127.0.0.1:1/graphql', sign);
  const lost = nowhere.call({ identity: ada, query: '{ a }', variables: {}, data: z.unknown(), deadlineMs: 2_000 });
  await expect(lost).rejects.toMatchObject({ code: 'SUBGRAPH_UNAVAILABLE' });
});
