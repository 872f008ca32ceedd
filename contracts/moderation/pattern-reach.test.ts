/** How far patterns reach, and which of them nobody can tell. */
import { expect, test } from 'vitest';
import { reachOf } from './pattern-reach.ts';

test.each([
  [/abc/, 3, 0],
  [/a(?:bc|d)?e/, 4, 0],
  [/\ba{2,5}\b/, 5, 2],
  [/(?<!no )[a-z\]]{3}\p{L}\./u, 5, 0],
  [/ab(?! an? )c(?=de)/, 3, 6],
  [/a|b(?:cd){2}\u00e4/, 6, 0],
  [/x(?:\|y|\[z){1,3}/, 7, 0],
])('%s', (pattern, length, behind) => {
  expect(reachOf(pattern)).toEqual({ length, behind });
});

test.each([/a*/, /a+/, /a{2,}/, /(a)/, /(?<name>a)/, /(?<!a long word)b/])('%s is refused', (pattern) => {
  expect(() => reachOf(pattern)).toThrow('is not known');
});
