/** Where restrictions are declared, and who meets them: policies, types, interfaces, and one user after another. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openPeopleGraph, type PeopleGraph, refusalAt } from '../fixtures/people-graph.fixture.ts';

let graph: PeopleGraph;
beforeAll(async () => {
  graph = await openPeopleGraph();
});
afterAll(() => graph[Symbol.asyncDispose]());
const askAs: PeopleGraph['askAs'] = (...question) => graph.askAs(...question);

const refusal = (...path: readonly string[]): object => expect.objectContaining(refusalAt(...path));

test('users do not get the results of earlier users of the same operation', async () => {
  const query = '{ boss { name email grade } }';
  const results = async (): Promise<unknown[]> => [
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
  expect(await results()).toEqual(expected);
  expect(await results()).toEqual(expected);
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
