/** Refused fields in results that are delivered in parts: each is reported with the part in which it is null. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openBody } from '../fixtures/body-client.fixture.ts';
import { openPeopleGraph, type PeopleGraph, refusalAt } from '../fixtures/people-graph.fixture.ts';
import { parseUnnamed, partsIn } from '../fixtures/result-parts.fixture.ts';

let graph: PeopleGraph;
beforeAll(async () => {
  graph = await openPeopleGraph();
});
afterAll(() => graph[Symbol.asyncDispose]());

const refusal = (type: string, ...path: readonly (string | number)[]) => ({
  message: `You may not read ${type}.${path.at(-1)}.`,
  ...refusalAt(...path),
});
const allParts = async (query: string, scope = 'people:money'): Promise<unknown[]> => {
  await using client = await openBody(graph.gateway.url, {
    headers: {
      accept: 'multipart/mixed;deferSpec=20220824,application/json',
      authorization: `Bearer ${await graph.signer.token({ scope })}`,
    },
    body: { query },
  });
  expect(await client.ended).toBe(true);
  return client.response.headers['content-type']?.startsWith('multipart')
    ? partsIn(client.text())
    : [parseUnnamed(client.text())];
};

test('a refused field of a deferred fragment is reported in each of its parts, at the path of the part', async () => {
  const parts = await allParts('{ people { name grade ... @defer(label: "late") { tax email } } }');
  expect(parts).toEqual([
    {
      data: {
        people: [
          { name: 'ann', grade: null },
          { name: 'bob', grade: null },
        ],
      },
      errors: [refusal('Person', 'people', '@', 'grade')],
      hasNext: true,
    },
    {
      incremental: [0, 1].map((index) => ({
        path: ['people', index],
        label: 'late',
        data: { tax: 3, email: null },
        errors: [refusal('Person', 'people', index, 'email')],
      })),
      hasNext: false,
    },
  ]);
});

test('a null propagates no further than the part, and what was delivered before stays', async () => {
  const parts = await allParts('{ boss { name ... @defer { letter pay: salary } } }', 'people:read');
  expect(parts).toEqual([
    { data: { boss: { name: 'bob' } }, hasNext: true },
    {
      incremental: [
        {
          path: ['boss'],
          data: null,
          errors: [{ message: 'You may not read Person.salary.', ...refusalAt('boss', 'pay') }],
        },
      ],
      hasNext: false,
    },
  ]);
});

test('a fragment with nothing left to fetch is delivered with what surrounds it, and so are its errors', async () => {
  expect(await allParts('{ boss { name ... @defer { email grade } } }')).toEqual([
    {
      data: { boss: { name: 'bob', email: null, grade: null } },
      errors: [refusal('Person', 'boss', 'email'), refusal('Person', 'boss', 'grade')],
    },
  ]);
});

test('a nested fragment reports its own refusals, and a user with access gets no errors', async () => {
  const query = `{ boss { name ... @defer(label: "outer") { tax grade ... @defer(label: "inner") { letter email } } } }`;
  const parts = await allParts(query);
  const labelsAndErrors = (part: unknown) =>
    Object(part).incremental?.map(({ label, errors }: { label: string; errors?: unknown }) => [label, errors]);
  expect(parts.flatMap((part) => labelsAndErrors(part) ?? [])).toEqual([
    [
      'outer',
      [refusal('Person', 'boss', 'grade'), refusal('Person', 'boss', 'letter'), refusal('Person', 'boss', 'email')],
    ],
  ]);
  const granted = await allParts(query, 'people:money people:read grading');
  expect(JSON.stringify(granted)).not.toContain('errors');
  expect(
    granted
      .flatMap((part) => labelsAndErrors(part) ?? [])
      .map(([label]: unknown[]) => label)
      .toSorted(),
  ).toEqual(['inner', 'outer']);
});
