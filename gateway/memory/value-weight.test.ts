import { expect, test } from 'vitest';
import { weightOfValue } from './value-weight.ts';

test('weighs texts by their length, and all values of lists and objects', () => {
  const one = weightOfValue(1);
  expect(weightOfValue('x'.repeat(1000))).toBe(one + 1000);
  expect(weightOfValue({ a: [1, null, { b: true }], c: 'xy' })).toBe(7 * one + 2);
});

test('weighs a value that is nested deeper than the call stack', () => {
  const deep: unknown = JSON.parse(`${'['.repeat(500_000)}${']'.repeat(500_000)}`);
  expect(weightOfValue(deep)).toBe(500_000 * weightOfValue(1));
});
