import { expect, test } from 'vitest';
import { daysOf, lastDays, monthToDate, rangeOfDays, today } from './ranges.ts';

const now = new Date('2026-03-01T00:30:00Z');

test('ranges begin and end with days in UTC', () => {
  expect(today(now)).toEqual({ from: '2026-03-01T00:00:00.000Z', to: '2026-03-02T00:00:00.000Z' });
  expect(monthToDate(new Date('2026-03-31T23:59:59Z'))).toEqual({
    from: '2026-03-01T00:00:00.000Z',
    to: '2026-04-01T00:00:00.000Z',
  });
  expect(lastDays(now, 2)).toEqual({ from: '2026-02-28T00:00:00.000Z', to: '2026-03-02T00:00:00.000Z' });
});

test('days that were typed are a range that contains both, or none', () => {
  expect(rangeOfDays('2026-02-28', '2026-03-01')).toEqual(lastDays(now, 2));
  expect(daysOf(lastDays(now, 2))).toEqual(['2026-02-28', '2026-03-01']);
  for (const [first, last] of [
    ['2026-03-02', '2026-03-01'],
    ['', '2026-03-01'],
    ['2026-02-30x', '2026-03-01'],
  ] as const) {
    expect(rangeOfDays(first, last)).toBeUndefined();
  }
});
