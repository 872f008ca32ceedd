import { expect, test } from 'vitest';
import { mostLevels, nestsTooDeep } from './json-nesting.ts';

const nested = (levels: number): string => '{"a":['.repeat(levels / 2) + ']}'.repeat(levels / 2);

test('a text nests too deep from one level more than is allowed', () => {
  expect(nestsTooDeep(nested(mostLevels))).toBe(false);
  expect(nestsTooDeep(nested(mostLevels + 2))).toBe(true);
  expect(nestsTooDeep(`[${nested(mostLevels)}]`)).toBe(true);
  expect(nestsTooDeep('['.repeat(1_000_000))).toBe(true);
});

test('brackets in strings, and levels side by side, are none', () => {
  expect(nestsTooDeep(JSON.stringify({ text: '['.repeat(1000), quoted: `"\\"${'{'.repeat(1000)}` }))).toBe(false);
  expect(nestsTooDeep(JSON.stringify(Array.from({ length: 1000 }, () => [{}])))).toBe(false);
});
