/** What class a turn has, by its question and by the conversation before it. */
import { expect, test } from 'vitest';
import type { Complexity } from './complexity.ts';
import { classOfTurn, idleAfterMs } from './conversation-class.ts';

const judged = (complexity: Complexity | undefined) => ({ complexity });
const noon = Date.UTC(2026, 0, 1, 12);

test('the first question of a conversation has its own class', () => {
  expect(classOfTurn(judged('MODERATE'), undefined, noon)).toEqual({ complexity: 'MODERATE', reason: 'QUESTION' });
});

test('a short text that begins a conversation is simple', () => {
  expect(classOfTurn(judged(undefined), undefined, noon)).toEqual({ complexity: 'SIMPLE', reason: 'NOTHING_BEFORE' });
});

test('a short text takes the class of its conversation, however long the pause', () => {
  for (const now of [noon, noon + 10 * idleAfterMs]) {
    expect(classOfTurn(judged(undefined), { complexity: 'COMPLEX', at: noon }, now)).toEqual({
      complexity: 'COMPLEX',
      reason: 'TOO_SHORT',
    });
  }
});

test('within a conversation the class rises and never falls', () => {
  const previous = { complexity: 'MODERATE', at: noon } as const;
  const now = noon + idleAfterMs - 1;
  expect(classOfTurn(judged('SIMPLE'), previous, now)).toEqual({ complexity: 'MODERATE', reason: 'CONVERSATION' });
  expect(classOfTurn(judged('MODERATE'), previous, now)).toEqual({ complexity: 'MODERATE', reason: 'QUESTION' });
  expect(classOfTurn(judged('COMPLEX'), previous, now)).toEqual({ complexity: 'COMPLEX', reason: 'QUESTION' });
});

test('after a long pause a question is judged by itself', () => {
  expect(classOfTurn(judged('SIMPLE'), { complexity: 'COMPLEX', at: noon }, noon + idleAfterMs)).toEqual({
    complexity: 'SIMPLE',
    reason: 'IDLE',
  });
});
