/** How single questions are judged. The shares over a labelled set are in labelled-prompts.test.ts. */
import { expect, test } from 'vitest';
import { judgeQuestion } from './judge-question.ts';

test.each(['What is the capital of Peru?', 'Was ist die Hauptstadt von Peru?', 'When was Ada Lovelace born?'])(
  '%j is simple',
  (text) => {
    expect(judgeQuestion(text).complexity).toBe('SIMPLE');
  },
);

test.each(['Prove that sqrt 2 is irrational', 'Beweise, dass es unendlich viele Primzahlen gibt.'])(
  '%j is complex',
  (text) => {
    expect(judgeQuestion(text).complexity).toBe('COMPLEX');
  },
);

test.each(['danke', 'and for n=3?', 'ok', ''])('%j is too short to judge by itself', (text) => {
  expect(judgeQuestion(text).complexity).toBeUndefined();
});

test('a short text with a hard signal is judged', () => {
  expect(judgeQuestion('P=NP?')).toMatchObject({ complexity: 'MODERATE', signals: [{ rule: 'MATHEMATICS' }] });
});

test('tells the language by its function words, and not that of one word', () => {
  expect(judgeQuestion('Was ist die Hauptstadt von Peru?').language).toBe('de');
  expect(judgeQuestion('What is the capital of Peru?').language).toBe('en');
  expect(judgeQuestion('Peru').language).toBeUndefined();
});
