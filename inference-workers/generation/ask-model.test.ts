import { expect, test } from 'vitest';
import { withoutRepeatedSpace } from './ask-model.ts';

test('white space that the prefix ends with is not repeated', () => {
  expect(withoutRepeatedSpace('so \n', ' \nit is')).toBe('it is');
  expect(withoutRepeatedSpace('so ', '\nit is')).toBe('\nit is');
  expect(withoutRepeatedSpace('so', ' it is')).toBe(' it is');
});

test('a prefix with endless white space is scanned once', () => {
  expect(withoutRepeatedSpace(`${' '.repeat(400_000)}so`, ' it is')).toBe(' it is');
});
