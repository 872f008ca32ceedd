/** How single questions are judged. The shares over a labelled set are in labelled-prompts.test.ts. */
import { expect, test } from 'vitest';
import { judgeQuestion } from './judge-question.ts';

test.each(['What is the capital of Peru?', 'Was ist die Hauptstadt von Peru?', 'When was Ada Lovelace born?'])(
  '%j is simple',
  (text) => {
    expect(judgeQuestion(text).complexity).toBe('SIMPLE');
  },
);

test.each([
  'Prove that sqrt 2 is irrational',
  'Beweise, dass es unendlich viele Primzahlen gibt.',
  'P=NP? Give your reasoning step by step.',
])('%j is complex', (text) => {
  expect(judgeQuestion(text).complexity).toBe('COMPLEX');
});

test.each(['danke', 'and for n=3?', 'ok', '', '谢谢', 'why?'])('%j is too short to judge by itself', (text) => {
  expect(judgeQuestion(text).complexity).toBeUndefined();
});

test('a short text with a hard signal is judged', () => {
  expect(judgeQuestion('P=NP?')).toMatchObject({
    complexity: 'MODERATE',
    signals: [{ rule: 'MATHEMATICS', points: 3 }],
  });
});

const rulesOf = (text: string): readonly string[] => judgeQuestion(text).signals.map(({ rule }) => rule);

test('in a question about words, what stands in quotation marks is not what it asks', () => {
  expect(rulesOf("What does 'prove that' mean?")).toEqual(['DEFINITION']);
  expect(rulesOf('Übersetze „Beweise, dass das Integral konvergiert“ ins Englische.')).toEqual(['TRANSLATION']);
  expect(rulesOf('Prove "there are infinitely many primes" please.')).toContain('PROOF');
});

test('a greeting and a translation make no hard request easier', () => {
  expect(
    judgeQuestion('Hello! Translate this into French, and prove that there are infinitely many primes.'),
  ).toMatchObject({
    complexity: 'COMPLEX',
  });
});

test('lines that are no sentences, such as those of an address, are no long text', () => {
  const lines = Array.from({ length: 40 }, (_, index) => `Unit ${index}, Old Harbour Road`);
  expect(rulesOf(`${lines.join('\n')}\nIs this address complete?`)).not.toContain('LONG');
  expect(rulesOf(lines.map((line) => `We moved to ${line}.`).join('\n'))).toContain('LONG');
});

test('code is recognized by its signs, and a failed program by its trace', () => {
  expect(rulesOf('for (int i = 0; i <= n; i++) sum += a[i];')).toContain('CODE');
  expect(rulesOf('```\nx\n```')).toContain('CODE');
  expect(rulesOf('It says\nTraceback (most recent call last):\n  boom')).toContain('DEBUGGING');
  expect(rulesOf('Summarise the plot of Hamlet in two paragraphs; let us know.')).not.toContain('CODE');
});

test('recognizes the language by its words, and not that of one word, of code or of a language without words here', () => {
  const mixed = 'Finde den Fehler in dieser Schleife - for (int i = 0; i <= n; i++) if (a[i]) return this;';
  expect(judgeQuestion('Was ist die Hauptstadt von Peru?').language).toBe('de');
  expect(judgeQuestion('What is the capital of Peru?').language).toBe('en');
  expect(judgeQuestion(mixed).language).toBe('de');
  expect(judgeQuestion('Peru').language).toBeUndefined();
  expect(judgeQuestion('Kde je nejbližší nádraží a kdy přijede vlak?').language).toBeUndefined();
});

test.each([
  ['Where is it, and when?', 'en'],
  ['これはペンです', 'ja'],
  ['这是一支笔', 'zh'],
  ['이것은 펜입니다', 'ko'],
  ['هذا قلم', 'ar'],
  ['این کتاب پدر است', 'fa'],
  ['यह एक कलम है', 'hi'],
  ['это ручка', 'ru'],
  ['Це їхній ґанок', 'uk'],
  ['αυτό είναι', 'el'],
])('the script or the words of %j tell %s', (text, language) => {
  expect(judgeQuestion(text).language).toBe(language);
});
