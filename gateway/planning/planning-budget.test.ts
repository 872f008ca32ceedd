import { expect, test } from 'vitest';
import { createPlanningBudget } from './planning-budget.ts';

const limited = expect.objectContaining({ code: 'RATE_LIMITED' });

test('refuses a user in debt until it is paid off, reports for how long, and affects nobody else', () => {
  let now = 0;
  const budget = createPlanningBudget({ burstMs: 100, msPerSecond: 10 }, () => now);
  budget.require('ada');
  budget.spend('ada', 130);
  expect(() => budget.require('ada')).toThrow(expect.objectContaining({ code: 'RATE_LIMITED', retryAfterMs: 4000 }));
  budget.require('bob');
  now += 2000;
  expect(() => budget.require('ada')).toThrow(limited);
  now += 2000;
  budget.require('ada');
});

test('saves up no more than the burst', () => {
  let now = 0;
  const budget = createPlanningBudget({ burstMs: 100, msPerSecond: 10 }, () => now);
  budget.spend('ada', 50);
  now += 3_600_000;
  budget.spend('ada', 100);
  expect(() => budget.require('ada')).toThrow(limited);
});
