/**
 * The cost and the accuracy of a count. Texts of these sizes, counted in one piece, would take longer than a test may.
 */
import { readFile } from 'node:fs/promises';
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { expect, test } from 'vitest';
import { countO200kTokens } from './count-tokens.ts';

/** Chinese characters in an order without pattern. */
const scattered = (length: number): string => {
  let seed = 1;
  return Array.from({ length }, () => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return String.fromCharCode(0x4e00 + (seed % 20_000));
  }).join('');
};

test.each([
  ['Chinese without spaces', scattered(200_000)],
  ['text of one letter', 'a'.repeat(200_000)],
  ['text of one capital', 'A'.repeat(200_000)],
  ['emoji', '😀🏿\u200d'.repeat(40_000)],
  ['dashes', '-'.repeat(200_000)],
  ['spaces', `${' '.repeat(200_000)}x`],
  ['line feeds', '\n'.repeat(200_000)],
  ['text of a sign, line feeds and slashes', `!${'\n/'.repeat(100_000)}`],
  ['sequences of marks on a letter', `e${'\u0301'.repeat(200_000)}`],
  ['text of lone surrogates', '\ud800'.repeat(200_000)],
])('endless %s is counted in pieces', (_, text) => {
  const tokens = countO200kTokens(text);
  const [part, once] = [text.slice(0, 2_500), countTokens(text.slice(0, 2_500))];
  const exact = once * (text.length / part.length);
  expect(tokens).toBeGreaterThan(exact * 0.95);
  expect(tokens).toBeLessThan(exact * 1.05);
});

test('prose and code are counted exactly', async () => {
  for (const name of ['../../docs/architecture.md', '../../supergraph.graphql', './count-tokens.ts']) {
    const text = await readFile(new URL(name, import.meta.url), 'utf8');
    expect(countO200kTokens(text)).toBe(countTokens(text));
  }
});

test('a run is cut between its characters', () => {
  // Each is one token; half of one would be three.
  expect(countO200kTokens(`a${'😀'.repeat(4_000)}`)).toBeLessThan(4_000 * 1.02);
});
