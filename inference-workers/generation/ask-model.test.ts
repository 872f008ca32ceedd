import { expect, test } from 'vitest';
import { withoutRepeatedSpace } from './ask-model.ts';

test('white space that the prefix ends with is not said again', () => {
  expect(withoutRepeatedSpace('so \n', ' \nit is')).toBe('it is');
  expect(withoutRepeatedSpace('so ', '\nit is')).toBe('\nit is');
  expect(withoutRepeatedSpace('so', ' it is')).toBe(' it is');
});

test('a prefix of white space without end is looked at once', () => {
  expect(withoutRepeatedSpace(`${' '.repeat(400_000)}so`, ' it is')).toBe(' it is');
});
