/** Streams over HTTP, consumed by third-party clients: graphql-sse, Apollo Client, and the fetch exchange of urql. */
import { ApolloClient, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { Client, fetchExchange } from '@urql/core';
import { createClient as createSseClient } from 'graphql-sse';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestGateway, type TestGateway } from '../fixtures/test-gateway.fixture.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await openTestGateway();
});
afterAll(() => gateway[Symbol.asyncDispose]());

const signedIn = async (): Promise<Record<string, string>> => ({
  authorization: `Bearer ${await gateway.issuer.token()}`,
});
const openSse = async () => createSseClient({ url: gateway.gateway.url, headers: await signedIn(), retryAttempts: 0 });
const openApollo = async () =>
  new ApolloClient({
    link: new HttpLink({ uri: gateway.gateway.url, headers: await signedIn() }),
    cache: new InMemoryCache(),
  });
const seqs = (from: number, to: number): object[] =>
  Array.from({ length: to - from + 1 }, (_, index) => ({ data: { storyStream: { seq: from + index } } }));
const stream = 'subscription ($id: ID!) { storyStream(id: $id) { seq } }';

describe('graphql-sse', () => {
  test('follows a subscription to its completion', async () => {
    const client = await openSse();
    gateway.graph.logs.append('sse', 'a', 'b', 'c', '<end>');
    const results = [];
    for await (const result of client.iterate({ query: stream, variables: { id: 'sse' } })) results.push(result);
    expect(results).toMatchObject(seqs(1, 3));
  });

  test('gets events that another subgraph adds to', async () => {
    const client = await openSse();
    gateway.graph.logs.append('sse-rest', 'a', '<end>');
    const query = 'subscription { storyStream(id: "sse-rest") { story { author { name } } } }';
    const results = [];
    for await (const result of client.iterate({ query })) results.push(result.data);
    expect(results).toEqual([{ storyStream: { story: { author: { name: 'Name of author-of-sse-rest' } } } }]);
  });

  test('leaves, and the source stream ends', async () => {
    const client = await openSse();
    const results = client.iterate({ query: stream, variables: { id: 'sse-leave' } });
    gateway.graph.logs.append('sse-leave', 'a');
    await results.next();
    await gateway.graph.stories.untilRunning(1);
    await results.return?.();
    await gateway.graph.stories.untilRunning(0);
  });

  test('executes a query and a mutation', async () => {
    const client = await openSse();
    const { value } = await client.iterate({ query: '{ story(id: "1") { title } }' }).next();
    expect(value).toEqual({ data: { story: { title: 'Story 1' } } });
    const renamed = await client.iterate({ query: 'mutation { rename(id: "1", title: "T") { title } }' }).next();
    expect(renamed.value).toEqual({ data: { rename: { title: 'T' } } });
  });

  test('gets the errors of an operation in the stream', async () => {
    const client = await openSse();
    for (const [query, code] of [
      ['subscription { nothing }', 'GRAPHQL_VALIDATION_FAILED'],
      ['subscription {', 'GRAPHQL_PARSE_FAILED'],
      [stream, 'BAD_USER_INPUT'],
      ['{ story(id: "1") { nothing } }', 'GRAPHQL_VALIDATION_FAILED'],
    ] as const) {
      const results = [];
      for await (const result of client.iterate({ query })) results.push(result);
      expect(results).toMatchObject([{ errors: [{ extensions: { code } }] }]);
    }
  });
});

describe('Apollo Client', () => {
  test('follows a subscription to its completion', async () => {
    const client = await openApollo();
    gateway.graph.logs.append('apollo', 'a\r\n--graphql\r\n', 'b', '<end>');
    const query = gql`subscription ($id: ID!) { storyStream(id: $id) { seq text } }`;
    const results = await new Promise((resolve, reject) => {
      const seen: unknown[] = [];
      client.subscribe({ query, variables: { id: 'apollo' } }).subscribe({
        next: ({ data, error }) => seen.push(data ?? error),
        error: reject,
        complete: () => resolve(seen),
      });
    });
    expect(results).toMatchObject([
      { storyStream: { seq: 1, text: 'a\r\n--graphql\r\n' } },
      { storyStream: { seq: 2, text: 'b' } },
    ]);
  });

  test('leaves, and the source stream ends', async () => {
    const client = await openApollo();
    const query = gql`subscription { storyStream(id: "apollo-leave") { seq } }`;
    const subscription = client.subscribe({ query }).subscribe({});
    await gateway.graph.stories.untilRunning(1);
    subscription.unsubscribe();
    await gateway.graph.stories.untilRunning(0);
  });

  test('gets an error for a loss, not a completion', async () => {
    const client = await openApollo();
    const query = gql`subscription { ticks { text } }`;
    const loss = new Promise((resolve) => {
      client.subscribe({ query }).subscribe({ next: ({ error }) => error && resolve(error), error: resolve });
    });
    await gateway.graph.stories.untilRunning(1);
    await gateway.graph.stories.kill();
    await gateway.graph.stories.reopen();
    expect(await loss).toMatchObject({ errors: [{ extensions: { code: 'SUBSCRIPTION_LOST' } }] });
  });

  test('gets JSON for a query', async () => {
    const client = await openApollo();
    const { data } = await client.query({ query: gql`{ story(id: "1") { id } }` });
    expect(data).toMatchObject({ story: { id: '1' } });
  });
});

test('urql follows a subscription, and sends queries with the same Accept', async () => {
  const client = new Client({
    url: gateway.gateway.url,
    fetchOptions: { headers: await signedIn() },
    exchanges: [fetchExchange],
    fetchSubscriptions: true,
    preferGetMethod: false,
  });
  expect((await client.query('{ story(id: "1") { id } }', {})).data).toMatchObject({ story: { id: '1' } });
  gateway.graph.logs.append('urql', 'a', 'b', '<end>');
  const seen: unknown[] = [];
  await new Promise<void>((resolve) => {
    client.subscription(stream, { id: 'urql' }).subscribe((result) => {
      seen.push(result.data);
      if (seen.length === 2) resolve();
    });
  });
  expect(seen).toEqual([{ storyStream: { seq: 1 } }, { storyStream: { seq: 2 } }]);
});
