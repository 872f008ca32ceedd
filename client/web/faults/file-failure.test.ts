/** What a page says of a file that failed, by its code. */
import { expect, test } from 'vitest';
import { de } from '../translations/de.ts';
import { en, type MessageId } from '../translations/en.ts';
import { describeFault, wordsOfRefusal } from './describe-fault.ts';
import { type FileFailure, titleOfFileFailure, wordsOfFileFailure } from './file-failure.ts';

const codes = ['NO_TEXT', 'UNSUPPORTED_TYPE', 'TOO_LARGE', 'ENCRYPTED', 'INFECTED', 'DAMAGED'] as const;
const german = (id: MessageId): string => de[id];
const english = (id: MessageId): string => en[id];
const message = 'The server says so.';
const isEnglish = /\b(the|is|it|of|and)\b/i;

test.each(codes)('a German page says nothing English of %s, and an English one what the server says', (code) => {
  const words = wordsOfFileFailure({ code, message }, german, 'de');
  expect(words).not.toMatch(isEnglish);
  expect(words.length).toBeGreaterThan(20);
  expect(titleOfFileFailure(code, german)).not.toBe(titleOfFileFailure(code, english));
  expect(wordsOfFileFailure({ code, message }, english, 'en')).toContain(message);
  expect(wordsOfFileFailure({ code, message: '' }, english, 'en')).toMatch(/^The /);
});

test('a code that is newer than the page is said as the server says it', () => {
  const failure: FileFailure = JSON.parse(`{ "code": "MOULDY", "message": "${message}" }`);
  expect(wordsOfFileFailure(failure, german, 'de')).toBe(message);
  expect(titleOfFileFailure(failure.code, german)).toBe('Gescheitert');
});

test.each(['USER_FILES', 'TENANT_FILES', 'USER_COLLECTIONS', 'COLLECTION_DOCUMENTS', 'TENANT_STORAGE'])(
  'a refusal for the quota %s is said in the language of the page',
  (quota) => {
    const fault = { code: 'QUOTA_EXCEEDED', message, quota, retryable: true, retryAfterMs: undefined } as const;
    expect(wordsOfRefusal(fault, german)).not.toMatch(isEnglish);
    expect(wordsOfRefusal({ ...fault, quota: 'NEWER' }, german)).toBe(message);
  },
);

test('only what a field must be is said in the words of the server', () => {
  const rest = { message, retryable: false, retryAfterMs: undefined };
  expect(describeFault({ code: 'OPERATION_TOO_COMPLEX', ...rest }, german).words).not.toBe(message);
  expect(describeFault({ code: 'BAD_USER_INPUT', argument: 'name', ...rest }, german).words).toBe(message);
});
