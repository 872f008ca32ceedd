/** What somebody without a token gets of a supergraph that restricts. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openPeopleGraph, type PeopleGraph, refusalAt } from '../testing/people-graph.ts';
import { readAnswer } from '../testing/test-gateway.ts';

let graph: PeopleGraph;
beforeAll(async () => {
  graph = await openPeopleGraph();
});
afterAll(() => graph[Symbol.asyncDispose]());

const refusal = (...path: readonly string[]): object => expect.objectContaining(refusalAt(...path));

describe('somebody without a token', () => {
  test('has nothing that is for the authenticated, be it a field or a type', async () => {
    const response = await fetch(graph.open.url, {
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
    expect(graph.people.asked.join()).not.toMatch(/vault|Vault\s*{\s*id/);
  });

  test('gets null altogether where a field of the root may not be null', async () => {
    const response = await fetch(graph.open.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"query":"{ me { name } boss { name } }"}',
    });
    const { data, errors } = await readAnswer(response);
    expect([data, errors]).toEqual([null, [refusal('me')]]);
  });
});
