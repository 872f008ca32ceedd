/** Subscriptions to fields that their users may not read. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openPeopleGraph, type PeopleGraph } from '../fixtures/people-graph.fixture.ts';
import { openSignedIn } from '../fixtures/socket-client.fixture.ts';

let graph: PeopleGraph;
beforeAll(async () => {
  graph = await openPeopleGraph();
});
afterAll(() => graph[Symbol.asyncDispose]());

describe('a subscription', () => {
  test('to a refused field is an error, also in a fragment, and reaches no subgraph', async () => {
    await using client = await openSignedIn(graph.gateway.url.replace('http', 'ws'), await graph.signer.token());
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
    expect(graph.people.subscribed).toEqual([]);
  });

  test('delivers events without refused fields', async () => {
    await using client = await openSignedIn(graph.gateway.url.replace('http', 'ws'), await graph.signer.token());
    client.send({ id: '1', type: 'subscribe', payload: { query: 'subscription { hired { name email } }' } });
    await graph.people.untilRunning(1);
    while (graph.hires.length === 0) await new Promise((resolve) => setImmediate(resolve));
    graph.hires[0]?.('eve');
    expect(await client.frame()).toMatchObject({
      type: 'next',
      payload: {
        data: { hired: { name: 'eve', email: null } },
        errors: [{ path: ['hired', 'email'], extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE' } }],
      },
    });
    expect(graph.people.subscribed.at(-1)?.query).not.toContain('email');
  });
});
