/** What a user without a token gets from a supergraph with restrictions. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openPeopleGraph, type PeopleGraph, refusalAt } from '../fixtures/people-graph.fixture.ts';
import { readResponse } from '../fixtures/test-gateway.fixture.ts';

let graph: PeopleGraph;
beforeAll(async () => {
  graph = await openPeopleGraph();
});
afterAll(() => graph[Symbol.asyncDispose]());

const refusal = (...path: readonly string[]): object => expect.objectContaining(refusalAt(...path));

describe('a user without a token', () => {
  test('gets nothing that requires authentication, neither fields nor types', async () => {
    const response = await fetch(graph.open.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ boss { name } vault { id } things { __typename ... on Vault { id } } }' }),
    });
    const { data, errors } = await readResponse(response);
    expect(data).toEqual({
      boss: { name: 'bob' },
      vault: null,
      things: [{ __typename: 'Person' }, { __typename: 'Vault', id: null }, { __typename: 'Robot' }],
    });
    expect(errors).toEqual([refusal('vault'), refusal('things', '@', 'id')]);
    expect(graph.people.asked.join()).not.toMatch(/vault|Vault\s*{\s*id/);
  });

  test('gets null data when a root field may not be null', async () => {
    const response = await fetch(graph.open.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"query":"{ me { name } boss { name } }"}',
    });
    const { data, errors } = await readResponse(response);
    expect([data, errors]).toEqual([null, [refusal('me')]]);
  });
});
