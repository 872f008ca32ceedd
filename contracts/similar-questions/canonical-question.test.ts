import { expect, test } from 'vitest';
import { askTheSame, canonicalQuestion, longestQuestion, questionKey } from './canonical-question.ts';
import { datesIn, negationsIn, numbersIn, unitsIn } from './guards.ts';
import { readLabelledPairs } from './labelled-pairs.fixture.ts';

const sameReply = (one: string, other: string): boolean => {
  const [first, second] = [canonicalQuestion(one), canonicalQuestion(other)];
  return first !== undefined && second !== undefined && askTheSame(first, second);
};
const pairs = readLabelledPairs();

test('there are 300 pairs of different questions and 100 of the same, in six languages', () => {
  const different = pairs.filter(({ difference }) => difference !== undefined);
  expect(different).toHaveLength(300);
  expect(pairs.length - different.length).toBe(100);
  expect(new Set(pairs.map(({ language }) => language)).size).toBe(6);
});

test('no pair of different questions gets the same reply', () => {
  const hits = pairs.filter(({ one, other, difference }) => difference !== undefined && sameReply(one, other));
  expect(hits).toEqual([]);
});

test.each([
  ['in view', false],
  ['held out', true],
])('at least half of the questions that ask the same get the same reply: %s', (_, isHeldOut) => {
  const part = pairs.filter((pair) => pair.difference === undefined && pair.isHeldOut === isHeldOut);
  const hits = part.filter(({ one, other }) => sameReply(one, other));
  expect(hits.length / part.length).toBeGreaterThanOrEqual(0.5);
});

test('six of ten questions that ask the same get the same reply', () => {
  const part = pairs.filter(({ difference }) => difference === undefined);
  const hits = part.filter(({ one, other }) => sameReply(one, other));
  expect(hits.length / part.length).toBeGreaterThanOrEqual(0.6);
});

test.each([
  ['Is it in the US?', 'Is it in the us?'],
  ['Is who a pronoun?', 'Is WHO a pronoun?'],
  ['What is C++ good for?', 'What is C good for?'],
  ['How much is $ 5 in cash?', 'How much is € 5 in cash?'],
  ['What is 5 - 3?', 'What is 5 + 3?'],
  ['What does the Bill say?', 'What does the bill of Bill say?'],
])('%s is not %s', (one, other) => {
  expect(sameReply(one, other)).toBe(false);
});

test('a question that says more than one thing, too much or nothing that is known is not compared', () => {
  expect(canonicalQuestion('I am in Rome. What is the capital?')).toBeUndefined();
  expect(canonicalQuestion(`What is ${'very '.repeat(longestQuestion / 5)}long?`)).toBeUndefined();
  expect(canonicalQuestion('法国的首都是哪里？')).toBeUndefined();
  expect(canonicalQuestion('')).toBeUndefined();
  expect(canonicalQuestion('Please, please, please!')).toBeUndefined();
});

test('the key of a question is that of all that ask the same, and does not hold its text', () => {
  const keys = ['What is the capital of France?', 'Hi, tell me the capital of France please'].map((question) => {
    const canonical = canonicalQuestion(question);
    return canonical && questionKey(canonical);
  });
  expect(keys[0]).toBe(keys[1]);
  expect(keys[0]).not.toContain('France');
});

test('the guards read numbers, units, dates and negations in their order', () => {
  expect(numbersIn('Take two of 3.5 and 1,000')).toBe('two 3.5 1,000');
  expect(unitsIn('5 km or 3 Meilen for 20 €')).toBe('km meilen €');
  expect(datesIn('From Monday to 3 May')).toBe('monday may');
  expect(negationsIn("It isn't without, n'est pas, cannot")).toBe('not without ne pas not');
});
