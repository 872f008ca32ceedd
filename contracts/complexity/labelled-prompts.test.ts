/** The goals of the rules, over the labelled prompts. `node bench/judge-questions.ts` prints the whole table. */
import { expect, test } from 'vitest';
import { judgeQuestion } from './judge-question.ts';
import { confusionOf, judgeLabelled, readLabelledPrompts, shareJudgedSimple } from './labelled-prompts.fixture.ts';

const prompts = readLabelledPrompts();
const halves = [
  ['in view', prompts.filter(({ isHeldOut }) => !isHeldOut)],
  ['held out', prompts.filter(({ isHeldOut }) => isHeldOut)],
] as const;

test('the set has 300 prompts and more, in 12 languages and more, each of them once', () => {
  expect(prompts.length).toBeGreaterThanOrEqual(300);
  expect(new Set(prompts.map(({ language }) => language)).size).toBeGreaterThanOrEqual(12);
  const keys = prompts.map(({ language, text, after }) => `${language} ${after} ${text}`);
  expect(keys.length - new Set(keys).size).toBe(0);
});

test.each(halves)('of the half that is %s, at most 2 of 100 complex prompts are judged to be simple', (_, half) => {
  const missed = half.filter((prompt) => prompt.complexity === 'COMPLEX' && judgeLabelled(prompt) === 'SIMPLE');
  expect(shareJudgedSimple(confusionOf(half), 'COMPLEX'), JSON.stringify(missed)).toBeLessThanOrEqual(0.02);
});

test.each(halves)('of the half that is %s, at least 9 of 10 simple prompts are judged to be simple', (_, half) => {
  const missed = half.filter((prompt) => prompt.complexity === 'SIMPLE' && judgeLabelled(prompt) !== 'SIMPLE');
  expect(shareJudgedSimple(confusionOf(half), 'SIMPLE'), JSON.stringify(missed)).toBeGreaterThanOrEqual(0.9);
});

test.each(halves)(
  'of the half that is %s, more than half of the complex prompts are judged to be complex',
  (_, half) => {
    const { SIMPLE, MODERATE, COMPLEX } = confusionOf(half).COMPLEX;
    expect(COMPLEX / (SIMPLE + MODERATE + COMPLEX)).toBeGreaterThan(0.5);
  },
);

test('the language is recognized for nine prompts of ten, and wrongly for at most two of a hundred', () => {
  const judged = prompts.map(({ text, language }) => ({ text, language, found: judgeQuestion(text).language }));
  const wrong = judged.filter((each) => each.found !== undefined && each.found !== each.language);
  const right = judged.filter((each) => each.found === each.language);
  expect(wrong.length / judged.length, JSON.stringify(wrong)).toBeLessThanOrEqual(0.02);
  expect(right.length / judged.length).toBeGreaterThanOrEqual(0.9);
});
