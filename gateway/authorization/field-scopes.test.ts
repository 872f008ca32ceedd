/** Fields whose scopes the user lacks. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openPeopleGraph, type PeopleGraph, refusalAt } from '../fixtures/people-graph.fixture.ts';

let graph: PeopleGraph;
beforeAll(async () => {
  graph = await openPeopleGraph();
});
afterAll(() => graph[Symbol.asyncDispose]());
beforeEach(() => {
  graph.people.asked.length = 0;
  graph.taxes.asked.length = 0;
});
const askAs: PeopleGraph['askAs'] = (...question) => graph.askAs(...question);

const refusal = (...path: readonly string[]): object => expect.objectContaining(refusalAt(...path));

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
    expect(graph.people.asked.join()).not.toContain('email');
  });

  test('is readable with them', async () => {
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

  test('makes the data null when none of its parents is nullable, and is the only error', async () => {
    const { data, errors } = await askAs('', '{ me { salary } }');
    expect([data, errors]).toEqual([null, [refusal('me', 'salary')]]);
  });

  test('stays null although it is fetched as a key', async () => {
    const { data, errors } = await askAs('', '{ case { number outcome } }');
    expect(data).toEqual({ case: { number: null, outcome: 'of 5' } });
    expect(errors).toEqual([refusal('case', 'number')]);
  });

  test('stays null although another field requires it, and that field keeps its value', async () => {
    const { data } = await askAs('people:read', '{ boss { letter } }');
    expect(data).toEqual({ boss: { letter: 'to a@b' } });
    const refused = await askAs('', '{ boss { name letter email } }');
    expect(refused.data).toEqual({ boss: { name: 'bob', letter: null, email: null } });
    expect(graph.taxes.asked).toHaveLength(1);
  });

  test('needs one of the sets in full', async () => {
    const fire = 'mutation { fire(name: "ann") { name } }';
    expect((await askAs('people:read', fire)).data).toEqual({ fire: null });
    expect(graph.people.asked).toEqual([]);
    expect((await askAs('people:all', fire)).data).toEqual({ fire: { name: 'ann' } });
    expect((await askAs('people:write people:read', fire)).data).toEqual({ fire: { name: 'ann' } });
  });

  test('is not an error when it is not included', async () => {
    const query = 'query ($mail: Boolean!) { boss { name email @include(if: $mail) } }';
    expect(await askAs('', query, { mail: false })).toMatchObject({ data: { boss: { name: 'bob' } } });
    expect((await askAs('', query, { mail: false })).errors).toBeUndefined();
    expect((await askAs('', query, { mail: true })).errors).toEqual([refusal('boss', 'email')]);
  });
});
