import { expect, test } from 'vitest';
import { errorCodes, isRetryable, toErrorCode } from '../../contracts/error-codes.ts';
import { isParlanceError, networkError, serverCodes, serverError } from './errors.ts';

test('has exactly the codes of the server, and knows which of them can be retried', () => {
  expect(Object.keys(serverCodes).toSorted()).toEqual(Object.keys(errorCodes).toSorted());
  for (const [code, retryable] of Object.entries(serverCodes))
    expect(retryable, code).toBe(isRetryable(toErrorCode(code)));
});

test.each([
  ['RATE_LIMITED', { retryAfterMs: 1500 }, { retryable: true, retryAfterMs: 1500 }],
  ['CONTENT_BLOCKED', { categories: ['HATE'] }, { retryable: false, categories: ['HATE'] }],
  ['QUOTA_EXCEEDED', { quota: 'USER_DAY' }, { retryable: true, quota: 'USER_DAY' }],
  ['TOO_MANY_SUBSCRIPTIONS', { limit: 100 }, { retryable: false, limit: 100 }],
  ['BAD_USER_INPUT', { argument: 'content' }, { retryable: false, argument: 'content' }],
])('%s keeps its details', (code, extensions, expected) => {
  const error = serverError({ message: 'A sentence.', extensions: { code, ...extensions } });
  expect(error).toBeInstanceOf(Error);
  expect(error).toMatchObject({ code, message: 'A sentence.', ...expected });
});

test('an unknown code stays readable, and a value that is not an error of the SDK is recognised', () => {
  const error = serverError({ message: 'New.', extensions: { code: 'NEWER' } });
  expect(error).toMatchObject({ code: 'UNKNOWN', serverCode: 'NEWER', retryable: false });
  expect(isParlanceError(error)).toBe(true);
  expect(isParlanceError(networkError('down'))).toBe(true);
  expect(isParlanceError({ ...error })).toBe(false);
});
