import { expect, test } from 'vitest';
import { retryAfterOfHeaders, retryAfterOfWords } from './retry-hint.ts';

test.each([
  [{ 'retry-after-ms': '250' }, 250],
  [{ 'retry-after': '2' }, 2000],
  [{ 'retry-after': 'Thu, 01 Jan 1970 00:00:00 GMT' }, 0],
  [{ 'retry-after': 'soon' }, undefined],
  [{}, undefined],
])('the headers %j say after how long', (headers, expected) => {
  expect(retryAfterOfHeaders(headers)).toBe(expected);
});

test.each([
  ['Rate limit reached for gpt-4o on tokens per min. Please try again in 20s.', 20_000],
  ['Limit 6000, Used 5900. Please try again in 1.25s. Need more tokens?', 1250],
  ['Please try again in 350ms.', 350],
  ['Please try again in 6m0s.', 360_000],
  ['Please retry after 40 seconds.', 40_000],
  [
    '{"error":{"code":429,"details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"34s"}]}}',
    34_000,
  ],
  ['{"error":{"code":"1302","retry_after": 3}}', 3000],
  ['Rate limit reached. Try again later.', undefined],
  ['Please try again in a little while.', undefined],
])('%s', (words, expected) => {
  expect(retryAfterOfWords(words)).toBe(expected);
});

test('a hostile text takes time in proportion to its length', () => {
  expect(retryAfterOfWords('try again in '.repeat(100_000))).toBeUndefined();
});
