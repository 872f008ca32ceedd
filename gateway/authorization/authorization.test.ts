/** Who gets what of a supergraph that restricts fields and types, through the whole gateway. */
import { composeServices } from '@apollo/composition';
import { parse } from 'graphql';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createEmbeddedLimiter } from '#kernel/limiter/embedded-limiter.ts';
import { createLogger } from '#kernel/log.ts';
import { createAnonymousAuthenticator } from '../authentication/anonymous-authenticator.ts';
import { createLocalKeyAuthenticator } from '../authentication/local-key-authenticator.ts';
import { createGateway, type Gateway } from '../gateway.ts';
import { openSignedIn } from '../testing/socket-client.ts';
import { openSubgraph, type SubgraphServer } from '../testing/subgraph-server.ts';
import {
  audience,
  createTestIssuer,
  type GraphQLAnswer,
  identitySecret,
  issuer,
  readAnswer,
} from '../testing/test-gateway.ts';

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9",
  import: ["@key", "@external", "@requires", "@shareable", "@authenticated", { name: "@requiresScopes", as: "@scopes" }, "@policy"])`;
const peopleSdl = `${link}
type Query {
  people: [Person]
  boss: Person
  me: Person! @authenticated
  vault: Vault
  mood: Mood
  things: [Thing!]
  named: [Named]
  case: Case
  audit: String @policy(policies: [["ADMIN"]])
}
type Mutation { fire(name: ID): Person @scopes(scopes: [["people:write", "people:read"], ["people:all"]]) }
type Subscription { hired: Person  secretlyHired: Person @scopes(scopes: [["people:read"]]) }
interface Named { name: ID }
type Person implements Named @key(fields: "name") {
  name: ID
  email: String @scopes(scopes: [["people:read"]])
  salary: Int! @scopes(scopes: [["people:money"]])
  grade: Int @policy(policies: [["grading"], ["ADMIN", "people:read"]])
  friends: [[Person!]]
}
type Case @key(fields: "number") { number: ID @scopes(scopes: [["cases"]]) }
type Vault @authenticated @key(fields: "id") { id: ID }
type Robot implements Named { name: ID @scopes(scopes: [["robots"]]) model: String }
union Thing = Person | Vault | Robot
enum Mood @scopes(scopes: [["moods"]]) { GOOD }
`;
const taxSdl = `${link}
type Person @key(fields: "name") {
  name: ID
  email: String @external
  letter: String @requires(fields: "email") @scopes(scopes: [["people:read"]])
  tax: Tax
}
type Case @key(fields: "number") { number: ID @scopes(scopes: [["cases"]]) outcome: String }
scalar Tax @scopes(scopes: [["people:money"]])
`;

let people: SubgraphServer;
let taxes: SubgraphServer;
let gateway: Gateway;
let open: Gateway;
const limiter = createEmbeddedLimiter();
const signer = await createTestIssuer();
const hires: ((name: string) => void)[] = [];

beforeAll(async () => {
  const ann = { __typename: 'Person', name: 'ann', email: 'a@b', salary: 7, grade: 1 };
  const bob = { ...ann, name: 'bob', friends: [[ann, ann]] };
  const robot = { __typename: 'Robot', name: 'r2', model: 'd2' };
  const vault = { __typename: 'Vault', id: 1 };
  people = await openSubgraph(peopleSdl, {
    Query: {
      people: () => [ann, bob],
      boss: () => bob,
      me: () => ann,
      vault: () => vault,
      mood: () => 'GOOD',
      case: () => ({ number: 5 }),
      things: () => [ann, vault, robot],
      named: () => [ann, robot],
      audit: () => 'all well',
    },
    Mutation: { fire: () => ann },
    Subscription: {
      hired: {
        subscribe: async function* () {
          yield await new Promise((resolve) => hires.push(resolve));
        },
        resolve: (name: string) => ({ ...ann, name }),
      },
    },
    Person: { __resolveReference: () => ann },
  });
  taxes = await openSubgraph(taxSdl, {
    Person: { __resolveReference: (given: object) => given, letter: ({ email }) => `to ${email}`, tax: () => 3 },
    Case: { __resolveReference: (given: object) => given, outcome: ({ number }) => `of ${number}` },
  });
  const { supergraphSdl, errors } = composeServices([
    { name: 'people', url: people.url, typeDefs: parse(peopleSdl) },
    { name: 'taxes', url: taxes.url, typeDefs: parse(taxSdl) },
  ]);
  if (supergraphSdl === undefined) throw new Error(String(errors));
  const options = {
    supergraphSdl,
    host: '127.0.0.1',
    port: 0,
    identitySecret,
    limiter,
    isDevelopment: false,
    logger: createLogger('gateway', 'silent'),
  };
  const authenticator = createLocalKeyAuthenticator({ issuer, audience, jwks: signer.jwks });
  gateway = await createGateway({ ...options, authenticator });
  open = await createGateway({ ...options, authenticator: createAnonymousAuthenticator() });
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await open[Symbol.asyncDispose]();
  await people[Symbol.asyncDispose]();
  await taxes[Symbol.asyncDispose]();
  await limiter[Symbol.asyncDispose]();
});
beforeEach(() => {
  people.asked.length = 0;
  taxes.asked.length = 0;
});

const askAs = async (scope: string, query: string, variables = {}, roles = ['USER']): Promise<GraphQLAnswer> => {
  const response = await fetch(gateway.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${await signer.token({ scope, roles })}` },
    body: JSON.stringify({ query, variables }),
  });
  return readAnswer(response);
};
const refusal = (...path: readonly string[]): object =>
  expect.objectContaining({ path, extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE' } });

describe('a field that needs scopes', () => {
  test('is null, an error with its path, and not fetched, without them', async () => {
    const { status, data, errors } = await askAs('other', '{ people { name email } }');
    expect(status).toBe(200);
    expect(data).toEqual({
      people: [
        { name: 'ann', email: null },
        { name: 'bob', email: null },
      ],
    });
    expect(errors).toEqual([refusal('people', '@', 'email')]);
    expect(people.asked.join()).not.toContain('email');
  });

  test('is there with them', async () => {
    const { data, errors } = await askAs('people:read', '{ people { name email } }');
    expect([data?.['people'], errors]).toEqual([expect.arrayContaining([{ name: 'ann', email: 'a@b' }]), undefined]);
  });

  test('makes its parents null where it may not be null', async () => {
    const { data, errors } = await askAs(
      '',
      '{ boss { name pay: salary } people { ...P } } fragment P on Person { salary }',
    );
    expect(data).toEqual({ boss: null, people: [null, null] });
    expect(errors).toEqual([refusal('boss', 'pay'), refusal('people', '@', 'salary')]);
    expect((await askAs('', '{ boss { name friends { salary } } }')).data).toEqual({
      boss: { name: 'bob', friends: [null] },
    });
  });

  test('makes the answer null where none of its parents may be, and is the one error', async () => {
    const { data, errors } = await askAs('', '{ me { salary } }');
    expect([data, errors]).toEqual([null, [refusal('me', 'salary')]]);
  });

  test('stays null though it is fetched as a key', async () => {
    const { data, errors } = await askAs('', '{ case { number outcome } }');
    expect(data).toEqual({ case: { number: null, outcome: 'of 5' } });
    expect(errors).toEqual([refusal('case', 'number')]);
  });

  test('stays null though another field requires it, and keeps what requires it', async () => {
    const { data } = await askAs('people:read', '{ boss { letter } }');
    expect(data).toEqual({ boss: { letter: 'to a@b' } });
    const refused = await askAs('', '{ boss { name letter email } }');
    expect(refused.data).toEqual({ boss: { name: 'bob', letter: null, email: null } });
    expect(taxes.asked).toHaveLength(1);
  });

  test('needs one of the sets in full', async () => {
    const fire = 'mutation { fire(name: "ann") { name } }';
    expect((await askAs('people:read', fire)).data).toEqual({ fire: null });
    expect(people.asked).toEqual([]);
    expect((await askAs('people:all', fire)).data).toEqual({ fire: { name: 'ann' } });
    expect((await askAs('people:write people:read', fire)).data).toEqual({ fire: { name: 'ann' } });
  });

  test('is no error where it is not included', async () => {
    const query = 'query ($mail: Boolean!) { boss { name email @include(if: $mail) } }';
    expect(await askAs('', query, { mail: false })).toMatchObject({ data: { boss: { name: 'bob' } } });
    expect((await askAs('', query, { mail: false })).errors).toBeUndefined();
    expect((await askAs('', query, { mail: true })).errors).toEqual([refusal('boss', 'email')]);
  });
});

test('users do not get what the users before them got of the same operation', async () => {
  const query = '{ boss { name email grade } }';
  const answers = async (): Promise<unknown[]> => [
    (await askAs('', query)).data,
    (await askAs('people:read', query)).data,
    (await askAs('people:read grading', query)).data,
    (await askAs('other', query)).data,
  ];
  const expected = [
    { boss: { name: 'bob', email: null, grade: null } },
    { boss: { name: 'bob', email: 'a@b', grade: null } },
    { boss: { name: 'bob', email: 'a@b', grade: 1 } },
    { boss: { name: 'bob', email: null, grade: null } },
  ];
  expect(await answers()).toEqual(expected);
  expect(await answers()).toEqual(expected);
});

test('a policy is granted by a scope or a role of its name', async () => {
  expect((await askAs('', '{ audit }')).errors).toEqual([refusal('audit')]);
  expect((await askAs('ADMIN', '{ audit }')).data).toEqual({ audit: 'all well' });
  expect((await askAs('', '{ audit }', {}, ['ADMIN'])).data).toEqual({ audit: 'all well' });
  expect((await askAs('people:read', '{ boss { grade } }', {}, ['ADMIN'])).data).toEqual({ boss: { grade: 1 } });
});

test('types, enums and scalars are refused wherever they are returned', async () => {
  const { data, errors } = await askAs('', '{ mood boss { tax } vault { id } }');
  expect(data).toEqual({ mood: null, boss: { tax: null }, vault: { id: '1' } });
  expect(errors).toEqual([refusal('mood'), refusal('boss', 'tax')]);
  expect((await askAs('moods people:money', '{ mood boss { tax } }')).data).toEqual({ mood: 'GOOD', boss: { tax: 3 } });
});

test('a field of an interface needs what every type behind it needs, unless the type is named', async () => {
  const { data, errors } = await askAs('', '{ named { name } }');
  expect(data).toEqual({ named: [{ name: null }, { name: null }] });
  expect(errors).toEqual([refusal('named', '@', 'name')]);
  const typed = await askAs('', '{ named { __typename ... on Person { name } ... on Robot { model name } } }');
  expect(typed.data).toEqual({
    named: [
      { __typename: 'Person', name: 'ann' },
      { __typename: 'Robot', model: 'd2', name: null },
    ],
  });
  expect((await askAs('robots', '{ named { name } }')).errors).toBeUndefined();
});

describe('somebody without a token', () => {
  test('has nothing that is for the authenticated, be it a field or a type', async () => {
    const response = await fetch(open.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ boss { name } vault { id } things { __typename ... on Vault { id } } }' }),
    });
    const { data, errors } = await readAnswer(response);
    expect(data).toEqual({
      boss: { name: 'bob' },
      vault: null,
      things: [{ __typename: 'Person' }, { __typename: 'Vault', id: null }, { __typename: 'Robot' }],
    });
    expect(errors).toEqual([refusal('vault'), refusal('things', '@', 'id')]);
    expect(people.asked.join()).not.toMatch(/vault|Vault\s*{\s*id/);
  });

  test('gets null altogether where a field of the root may not be null', async () => {
    const response = await fetch(open.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"query":"{ me { name } boss { name } }"}',
    });
    const { data, errors } = await readAnswer(response);
    expect([data, errors]).toEqual([null, [refusal('me')]]);
  });
});

describe('a subscription', () => {
  test('to a refused field is an error, also in a fragment, and reaches no subgraph', async () => {
    await using client = await openSignedIn(gateway.url.replace('http', 'ws'), await signer.token());
    for (const query of [
      'subscription { secretlyHired { name } }',
      'subscription { ...S } fragment S on Subscription { secretlyHired { name } }',
    ]) {
      client.send({ id: '1', type: 'subscribe', payload: { query } });
      expect(await client.frame()).toMatchObject({
        type: 'error',
        payload: [{ extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE' } }],
      });
    }
    expect(people.subscribed).toEqual([]);
  });

  test('gives events without what is refused', async () => {
    await using client = await openSignedIn(gateway.url.replace('http', 'ws'), await signer.token());
    client.send({ id: '1', type: 'subscribe', payload: { query: 'subscription { hired { name email } }' } });
    await people.untilRunning(1);
    while (hires.length === 0) await new Promise((resolve) => setImmediate(resolve));
    hires[0]?.('eve');
    expect(await client.frame()).toMatchObject({
      type: 'next',
      payload: { data: { hired: { name: 'eve', email: null } }, errors: [refusal('hired', 'email')] },
    });
    expect(people.subscribed.at(-1)?.query).not.toContain('email');
  });
});
