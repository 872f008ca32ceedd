import { expect, test } from 'vitest';
import { undeclaredBreakingChanges } from './breaking-changes.ts';

const promised = 'type Query { a: Int b(x: Int): String }';

test('what is added breaks nothing', () => {
  expect(undeclaredBreakingChanges(promised, 'type Query { a: Int b(x: Int, y: Int): String c: Int }', '')).toEqual([]);
});

test('what is taken away or narrowed is a breaking change until it is declared', () => {
  const current = 'type Query { b(x: Int!): String }';
  const changes = undeclaredBreakingChanges(promised, current, '');
  expect(changes).toEqual(['Query.a was removed.', 'Query.b arg x has changed type from Int to Int!.']);
  expect(undeclaredBreakingChanges(promised, current, `# why\n${changes[0]}\n`)).toEqual(changes.slice(1));
});
