import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestGateway, type TestGateway } from '../fixtures/test-gateway.fixture.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await openTestGateway({ isDevelopment: true });
});
afterAll(() => gateway[Symbol.asyncDispose]());

const send = async (
  body: Readonly<Record<string, unknown>>,
  headers: Readonly<Record<string, string>>,
): Promise<unknown> => {
  const response = await fetch(gateway.gateway.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  const seen = [...response.headers].filter(([name]) => name !== 'date' && name !== 'x-request-id');
  return {
    status: response.status,
    headers: seen,
    text: withoutId(await response.text(), response.headers.get('x-request-id')),
  };
};

/** Every error names its own request. */
const withoutId = (text: string, id: string | null): string => text.replaceAll(`"requestId":"${id}"`, 'its id');

/** A request with extensions, even empty ones, goes to Apollo Server. */
const expectAlike = async (
  body: Readonly<Record<string, unknown>>,
  headers: Readonly<Record<string, string>>,
): Promise<void> => {
  const direct = await send(body, headers);
  expect(direct).toEqual(await send({ ...body, extensions: {} }, headers));
};
const signedIn = async () => ({ authorization: `Bearer ${await gateway.issuer.token()}` });

describe('responds exactly as Apollo Server does', () => {
  test.each([
    ['a query', { query: '{ story(id: "7") { title author { name } } }' }],
    ['null for optional parameters', { query: '{ story(id: "7") { title }', variables: null, operationName: null }],
    ['variables', { query: 'query ($n: Int) { stories(first: $n) { id } }', variables: { n: 1 } }],
    ['a variable of the wrong type', { query: 'query ($n: Int) { stories(first: $n) { id } }', variables: { n: 'x' } }],
    ['one of several operations', { query: 'query A { __typename } query B { authors { id } }', operationName: 'B' }],
    ['an operation that does not exist', { query: 'query A { __typename }', operationName: 'B' }],
    ['several operations without a name', { query: 'query A { __typename } query B { __typename }' }],
    ['a mutation', { query: 'mutation { rename(id: "1", title: "é") { title } }' }],
    ['an error that has a path', { query: '{ fail(code: "QUOTA_EXCEEDED") authors { id } }' }],
    ['an error that is masked', { query: '{ crash }' }],
    ['introspection', { query: '{ __schema { queryType { name } } story(id: "1") { __typename } }' }],
    ['deferred parts that the client does not accept', { query: '{ story(id: "1") { id ... @defer { title } } }' }],
    ['a document that does not parse', { query: '{ story(' }],
    ['a document that is not valid', { query: '{ nothing }' }],
    ['a subscription', { query: 'subscription { ticks { seq } }' }],
    ['an empty query', { query: '' }],
    ['a query that is not text', { query: 1 }],
    ['variables in a list', { query: '{ __typename }', variables: [] }],
    ['an operation name that is not text', { query: '{ __typename }', operationName: 1 }],
    [
      'too many aliases',
      { query: `{ ${Array.from({ length: 31 }, (_, index) => `a${index}: __typename`).join(' ')} }` },
    ],
    ['too many tokens', { query: `{ ${'__typename '.repeat(3000)} }` }],
  ])('%s', async (_, body) => {
    await expectAlike(body, await signedIn());
  });

  test.each([
    '*/*',
    'application/json',
    'application/json, */*',
    'application/json, text/plain, */*',
    'application/graphql-response+json',
    'application/graphql-response+json, application/json',
    'application/graphql-response+json,application/json;q=0.9',
    'application/json;q=0.1, application/graphql-response+json',
    'application/xml',
    'text/html, */*;q=0.1',
  ])('to a client that accepts %s', async (accept) => {
    await expectAlike({ query: '{ authors { id } }' }, { accept, ...(await signedIn()) });
  });

  test.each([
    ['without a token', {}],
    ['with an invalid token', { authorization: 'Bearer x' }],
    ['with another scheme', { authorization: 'Basic eA==' }],
  ])('to a client %s', async (_, headers: Readonly<Record<string, string>>) => {
    await expectAlike({ query: '{ authors { id } }' }, headers);
    await expectAlike({ query: '{ __typename }' }, headers);
  });
});

test('executes a mutation once, whatever its result', async () => {
  const { stories } = gateway.graph;
  let asked = 0;
  stories.intercept = (_, response) => {
    asked += 1;
    response.end('{"data":null,"errors":[{"message":"no"}]}');
  };
  const { data, errors } = await gateway.ask('mutation { rename(id: "1", title: "x") { title } }');
  stories.intercept = undefined;
  expect(data).toBeNull();
  expect(errors).toHaveLength(1);
  expect(asked).toBe(1);
});
