/** Clients as their users set them up first: with their own defaults, and nothing but a token. */
import { Client, cacheExchange, fetchExchange } from '@urql/core';
import { EventSource, MessageEvent } from 'undici';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openBody } from '../fixtures/body-client.fixture.ts';
import { partsIn } from '../fixtures/result-parts.fixture.ts';
import { openTestGateway, readResponse, type TestGateway } from '../fixtures/test-gateway.fixture.ts';
import { openTimelineGraph, type TimelineGraph } from '../fixtures/timeline-graph.fixture.ts';

let gateway: TestGateway;
let timeline: TimelineGraph;
let deferring: TestGateway;
beforeAll(async () => {
  gateway = await openTestGateway();
  timeline = await openTimelineGraph();
  deferring = await openTestGateway({ supergraphSdl: timeline.supergraphSdl });
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await deferring[Symbol.asyncDispose]();
  await timeline[Symbol.asyncDispose]();
});

const signedIn = async (to = gateway): Promise<Record<string, string>> => ({
  authorization: `Bearer ${await to.issuer.token()}`,
});

describe('urql', () => {
  const open = async (to: TestGateway): Promise<Client> =>
    new Client({
      url: to.gateway.url,
      fetchOptions: { headers: await signedIn(to) },
      exchanges: [cacheExchange, fetchExchange],
    });

  test('sends a query by GET, and a mutation by POST', async () => {
    const client = await open(gateway);
    const { data, error } = await client.query('{ story(id: "1") { id title } }', {});
    expect([data, error]).toMatchObject([{ story: { id: '1', title: 'Story 1' } }, undefined]);
    const renamed = await client.mutation('mutation { rename(id: "1", title: "New") { title } }', {});
    expect(renamed.data).toMatchObject({ rename: { title: 'New' } });
  });

  test('gets deferred fragments in parts', async () => {
    const client = await open(deferring);
    const openGate = timeline.close('usage');
    const query = '{ message(id: "1") { text ... @defer { usage { tokens } } } }';
    const seen: unknown[] = [];
    await new Promise<void>((resolve) => {
      client.query(query, {}).subscribe(({ data, hasNext }) => {
        seen.push(structuredClone(data));
        if (hasNext) openGate();
        else resolve();
      });
    });
    expect(seen).toMatchObject([
      { message: { text: 'Text 1' } },
      { message: { text: 'Text 1', usage: { tokens: 3 } } },
    ]);
  });
});

test('a client that accepts multipart/mixed without a format gets parts', async () => {
  await using client = await openBody(deferring.gateway.url, {
    headers: { ...(await signedIn(deferring)), accept: 'multipart/mixed' },
    body: { query: '{ message(id: "1") { text ... @defer { usage { tokens } } } }' },
  });
  expect(await client.ended).toBe(true);
  expect(client.response.headers['content-type']).toMatch(/^multipart\/mixed; boundary="-"/);
  expect(partsIn(client.text())).toEqual([
    { data: { message: { text: 'Text 1' } }, hasNext: true },
    { incremental: [{ path: ['message'], data: { usage: { tokens: 3 } } }], hasNext: false },
  ]);
});

test('Apollo iOS finds the protocol that it compares as text among the parameters of the content type', async () => {
  gateway.graph.logs.append('ios', 'a', '<end>');
  await using client = await openBody(gateway.gateway.url, {
    headers: {
      ...(await signedIn()),
      accept: 'multipart/mixed;boundary="graphql";subscriptionSpec=1.0,application/json',
    },
    body: { query: 'subscription { storyStream(id: "ios") { seq } }' },
  });
  await client.ended;
  const type = client.response.headers['content-type'] ?? '';
  expect(type).toBe('multipart/mixed;boundary="graphql";subscriptionSpec=1.0');
  const parameters = type.split(';').map((parameter) => parameter.trim());
  expect(parameters.find((parameter) => parameter.includes('Spec='))).toBe('subscriptionSpec=1.0');
  expect(client.text()).toContain('\r\n--graphql\r\ncontent-type: application/json\r\n\r\n{"payload":');
});

describe('EventSource', () => {
  const operation = { query: 'subscription ($id: ID!) { storyStream(id: $id) { seq } }', variables: { id: 'browser' } };
  const ticketFor = async (body: object, headers?: Record<string, string>): Promise<Response> =>
    fetch(new URL('/graphql/ticket', gateway.gateway.url), {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(headers ?? (await signedIn())) },
      body: JSON.stringify(body),
    });
  const urlFor = async (body: object): Promise<URL> => {
    const { url }: { url: string } = JSON.parse(await (await ticketFor(body)).text());
    return new URL(url, gateway.gateway.url);
  };
  const openStream = (url: URL): Promise<Response> => fetch(url, { headers: { accept: 'text/event-stream' } });

  test('opens a stream with a ticket, without a header', async () => {
    gateway.graph.logs.append('browser', 'a', 'b', '<end>');
    const source = new EventSource(String(await urlFor(operation)));
    const events: unknown[] = [];
    await new Promise<void>((resolve, reject) => {
      source.addEventListener('next', (event) => {
        if (event instanceof MessageEvent) events.push([JSON.parse(String(event.data)), event.lastEventId]);
      });
      source.addEventListener('complete', () => resolve());
      source.addEventListener('error', reject);
    });
    source.close();
    expect(events).toMatchObject([
      [{ data: { storyStream: { seq: 1 } } }, '1'],
      [{ data: { storyStream: { seq: 2 } } }, '2'],
    ]);
  });

  test('a ticket opens one stream', async () => {
    const url = await urlFor({ query: 'subscription { ticks { seq } }' });
    const first = await openStream(url);
    expect(first.status).toBe(200);
    const second = await readResponse(await openStream(url));
    expect([second.status, second.errors?.[0]?.extensions['code']]).toEqual([401, 'UNAUTHENTICATED']);
    await first.body?.cancel();
  });

  test('a ticket is for its operation alone, and only for a stream', async () => {
    for (const [name, value] of [
      ['query', '{ story(id: "1") { title } }'],
      ['variables', '{"id":"other"}'],
      ['extensions', '{}'],
      ['ticket', 'forged'],
    ] as const) {
      const url = await urlFor(operation);
      url.searchParams.set(name, value);
      expect((await openStream(url)).status).toBe(401);
    }
    const url = await urlFor({ query: '{ story(id: "1") { title } }' });
    const json = await fetch(url, { headers: { accept: 'application/json', 'content-type': 'application/json' } });
    expect(json.status).toBe(401);
    // The refusal did not use it up.
    expect(await (await openStream(url)).text()).toContain('Story 1');
  });

  test('a ticket needs a token, and an operation that fits into a URL', async () => {
    expect((await ticketFor(operation, {})).status).toBe(401);
    expect((await ticketFor({ query: 1 })).status).toBe(400);
    expect((await ticketFor({ query: `{ ${'a'.repeat(9000)} }` })).status).toBe(413);
    const get = await fetch(new URL('/graphql/ticket', gateway.gateway.url), { headers: await signedIn() });
    expect([get.status, get.headers.get('allow')]).toEqual([405, 'POST']);
  });

  test('a ticket shows nothing of the token', async () => {
    const { authorization = '' } = await signedIn();
    const text = await (await ticketFor(operation, { authorization })).text();
    for (const part of authorization.slice('Bearer '.length).split('.')) expect(text).not.toContain(part);
  });
});
