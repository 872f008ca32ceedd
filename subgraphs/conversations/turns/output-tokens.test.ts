import { expect, test } from 'vitest';
import { AppError } from '#kernel/errors.ts';
import { outputTokensWithin } from './output-tokens.ts';

test.each([
  [undefined, undefined, undefined],
  [undefined, 5_000, 5_000],
  [{ byDefault: 300, most: 900 }, undefined, 300],
  [{ byDefault: undefined, most: 900 }, undefined, 900],
  [{ byDefault: 300, most: 900 }, 900, 900],
  [{ byDefault: 300, most: undefined }, 5_000, 5_000],
])('within %j, %s tokens that were asked for are %s', (limits, asked, expected) => {
  expect(outputTokensWithin(limits, asked)).toBe(expected);
});

test('more than the ceiling is refused, with the argument and the ceiling', () => {
  const refused = (): unknown => outputTokensWithin({ byDefault: 300, most: 900 }, 901);
  expect(refused).toThrow(AppError);
  expect(refused).toThrow('"maxOutputTokens" is at most 900 here');
  try {
    refused();
  } catch (fault) {
    expect(fault).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'maxOutputTokens', details: { most: 900 } });
  }
});
