import { expect, test } from 'vitest';
import { maxJsonLevels, nestsTooDeep } from './json-nesting.ts';

const nested = (levels: number): string => '{"a":['.repeat(levels / 2) + ']}'.repeat(levels / 2);

test('a text nests too deep from one level above the limit', () => {
  expect(nestsTooDeep(nested(maxJsonLevels))).toBe(false);
  expect(nestsTooDeep(nested(maxJsonLevels + 2))).toBe(true);
  expect(nestsTooDeep(`[${nested(maxJsonLevels)}]`)).toBe(true);
  expect(nestsTooDeep('['.repeat(1_000_000))).toBe(true);
});

test('brackets in strings, and levels side by side, do not count', () => {
  expect(nestsTooDeep(JSON.stringify({ text: '['.repeat(1000), quoted: `"\\"${'{'.repeat(1000)}` }))).toBe(false);
  expect(nestsTooDeep(JSON.stringify(Array.from({ length: 1000 }, () => [{}])))).toBe(false);
});
