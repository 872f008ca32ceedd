/** Whatever a text is, its judgement is bounded, repeatable, and not lowered by what is hard in it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { boundText, foldWords, longestPart } from './bounded-text.ts';
import { complexities } from './complexity.ts';
import { judgeQuestion } from './judge-question.ts';
import { readLabelledPrompts } from './labelled-prompts.fixture.ts';
import { createPhraseTrie } from './phrase-trie.ts';
import { findPhrases } from './question-words.ts';

const prompts = readLabelledPrompts();
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.string({ maxLength: 300 }),
  fc.array(fc.constantFrom(...prompts.map(({ text }) => text)), { maxLength: 4 }).map((texts) => texts.join('\n')),
  fc
    .array(fc.constantFrom('"', "'", '「', '」', '```', '\n', '?', ' ', 'a_', '((', '\ufdfa', '証明', '\ud800'), {
      maxLength: 200,
    })
    .map((parts) => parts.join('')),
);

test('no text makes it throw, and equal texts have equal judgements', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const first = judgeQuestion(text);
      expect(judgeQuestion(text)).toEqual(first);
      expect([undefined, ...complexities]).toContain(first.complexity);
      const easy = new Set(['LOOKUP', 'DEFINITION', 'TRANSLATION', 'GREETING']);
      expect(first.signals.filter(({ rule, points }) => points === 0 || points < 0 !== easy.has(rule))).toEqual([]);
      expect(new Set(first.signals.map(({ rule }) => rule)).size).toBe(first.signals.length);
    }),
    { numRuns: 500 },
  );
});

test('a text that also asks for a proof is complex, whatever it was before', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      expect(judgeQuestion(`${text}\nProve that there are infinitely many primes.`).complexity).toBe('COMPLEX');
    }),
    { numRuns: 500 },
  );
});

test('of a text of any length, only the beginning and the end are read', () => {
  const [beginning, end] = ['What is the capital of Peru? '.repeat(100), ' Beweise das bitte.'.repeat(150)];
  const judged = judgeQuestion(beginning + end);
  for (const filling of [
    'a',
    '(',
    '[',
    'a_',
    'a ',
    '"',
    '`',
    '?',
    '証',
    '\ufdfa',
    'prove ',
    '\\',
    'x^',
    '\n    at f(',
  ]) {
    const text = beginning + filling.repeat(100_000) + end;
    expect(boundText(text).length).toBeLessThanOrEqual(longestPart);
    expect(foldWords(boundText(filling.repeat(100_000))).length).toBeLessThanOrEqual(4 * longestPart);
    expect(judgeQuestion(text)).toEqual(judged);
  }
});

test('the work on a text grows with its length and not faster', () => {
  const sizes = [1_000, 2_000, 4_000];
  for (const filling of ['a', 'be', 'prove ', 'beweis', 'show that show ', 'step by step ', '証明', 'a_']) {
    const work = sizes.map((size) => findPhrases(foldWords(filling.repeat(size))).work);
    const [first = 0, second = 0, third = 0] = work;
    expect(third - second, filling).toBeLessThanOrEqual(2 * (second - first) + 2);
  }
});

test('a walk looks at no more characters than the longest phrase has, at each place', () => {
  const trie = createPhraseTrie([
    ['aaaaa', 1],
    ['*aaa*', 2],
  ]);
  const words = foldWords('a'.repeat(1_000));
  let found = 0;
  const work = trie.find(words, () => {
    found += 1;
  });
  expect(found).toBe(998);
  expect(work).toBeLessThanOrEqual(1_000 * 4 + 6);
});

test('no pattern can backtrack: nothing follows a repetition', () => {
  const files = readdirSync(import.meta.dirname).filter((file) => file.endsWith('.ts') && !file.includes('.test.'));
  const patterns = files.flatMap((file) =>
    [
      ...readFileSync(join(import.meta.dirname, file), 'utf8').matchAll(
        /(?<=[=,([]\s*)\/((?:\\.|\[(?:\\.|[^\]])*\]|[^/\n*\\])(?:\\.|\[(?:\\.|[^\]])*\]|[^/\n\\])*)\/[gimuy]+/gu,
      ),
    ].map(([, source = '']) => source),
  );
  expect(patterns.length).toBeGreaterThanOrEqual(20);
  for (const pattern of patterns) {
    const withoutClasses = pattern.replaceAll(/\\p\{[^}]*\}|\\./gu, 'x').replaceAll(/\[[^\]]*\]/gu, 'x');
    expect(withoutClasses, pattern).not.toMatch(/[*+}](?!$)/u);
  }
});
