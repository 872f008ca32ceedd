/** Texts with what has to be found in them, and texts that only look like it. */
import { expect, test } from 'vitest';
import { findPersonalData } from './find-personal-data.ts';

const foundIn = (text: string): string[] =>
  findPersonalData(text).map(({ kind, start, end }) => `${kind} ${text.slice(start, end)}`);

test.each([
  ['Write to ada@acme.example.', ['EMAIL ada@acme.example']],
  ['<Jörg.Müller+x@büro.example>, "o@a.co"', ['EMAIL Jörg.Müller+x@büro.example', 'EMAIL o@a.co']],
  ['mailto:ada@mail.acme.example?subject=x', ['EMAIL ada@mail.acme.example']],
  ['{"question":"Hello\\nada@acme.example\\n4111111111111111"}', ['EMAIL ada@acme.example', 'CARD 4111111111111111']],
  ['Ruf +49 30 1234567 an', ['PHONE +49 30 1234567']],
  [
    '+1 (415) 555-2671 or (415) 555-2671 or 415-555-2671',
    ['PHONE +1 (415) 555-2671', 'PHONE (415) 555-2671', 'PHONE 415-555-2671'],
  ],
  ['Tel.: 0171/1234567, 030 123456-78', ['PHONE 0171/1234567', 'PHONE 030 123456-78']],
  ['UK 020 7946 0958, France 01 23 45 67 89', ['PHONE 020 7946 0958', 'PHONE 01 23 45 67 89']],
  ['0049 171 1234567', ['PHONE 0049 171 1234567']],
  ['phone number: 4155552671', ['PHONE 4155552671']],
  ['Ada,030 1234567,ada@acme.example', ['PHONE 030 1234567', 'EMAIL ada@acme.example']],
  ['Pay with 4111 1111 1111 1111 12/27, CVC 123', ['CARD 4111 1111 1111 1111']],
  ['card 5555-5555-5555-4444 and 378282246310005', ['CARD 5555-5555-5555-4444', 'CARD 378282246310005']],
  ['3782 822463 10005;4111111111111111,12', ['CARD 3782 822463 10005', 'CARD 4111111111111111']],
  ['no. 12 4111 1111 1111 1111', ['CARD 4111 1111 1111 1111']],
  ['IBAN DE89 3704 0044 0532 0130 00 BIC COBADEFFXXX', ['IBAN DE89 3704 0044 0532 0130 00']],
  ['BE68 5390 0754 7034 CALL ME', ['IBAN BE68 5390 0754 7034']],
  ['gb29nwbk60161331926819', ['IBAN gb29nwbk60161331926819']],
  ['OPENAI_API_KEY=sk-proj-abcdefgh12345678', ['KEY sk-proj-abcdefgh12345678']],
  ['AKIAIOSFODNN7EXAMPLE and ghp_abcdefghijklmnop1234', ['KEY AKIAIOSFODNN7EXAMPLE', 'KEY ghp_abcdefghijklmnop1234']],
  ['my password is hunter2!x. Change it', ['KEY hunter2!x']],
  ['"token": "9f8a7b6c5d4e3f2a1b0c"', ['KEY 9f8a7b6c5d4e3f2a1b0c']],
  ['Das Passwort lautet Sommer2024', ['KEY Sommer2024']],
  ['token: 550e8400-e29b-41d4-a716-446655440000', ['KEY 550e8400-e29b-41d4-a716-446655440000']],
  ['postgres://app:hunter2@db.example:5432/app', ['KEY hunter2']],
  ['Authorization: Bearer abcdefgh12345678', ['KEY abcdefgh12345678']],
  ['a text with [EMAIL_1] and [TEXT_12]', ['TEXT [EMAIL_1]', 'TEXT [TEXT_12]']],
])('finds in %j what is about people', (text, found) => {
  expect(foundIn(text)).toEqual(found);
});

test.each([
  'Order 4111 1111 1111 1112 and invoice 2024-000123456',
  'order no. 8812 3456 7890 1234, parcel 1234567890123456',
  'id 550e8400-e29b-41d4-a716-446655440000, 44665544-0000-4000-8000-446655440000',
  'ba09b4da-8c33-4786-8c6d-7445c0a12651, b44b0dcb-0115-4488-9224-fe6feebf36b0, d7f03311-ad30-42fc-b708-6b85ed7be9c5',
  'v24.15.0, 1.2.3.4, 10.0.19045.3570, react@18.2.0, @types/node@24.0.1',
  '2024-01-02T03:04:05.678Z, 02.01.2024, 01-02-2024, 01/02/2024 09:30, 1733000000000',
  '127.0.0.1:54321 and 192.168.100.200',
  'const total = 4111111111111111.5 + 0.4111111111111111;',
  'sha 4111aaaa1111bbbb and x4111111111111111',
  'git clone git@github.com:acme/parlance.git',
  'token: string; password = getPassword(); key = items[0].id; secret: boolean',
  'the key is under the mat, the password is secret, api key: none',
  'key: value12, key=col_3',
  'const row = [30, 1234567, 99999999]; 1,234,567,890',
  'user @ada wrote a@b and @@ and foo@bar',
  'DE89370400440532013001, ISO27001, RFC2119, AB12 CD34 EF56 7890',
  'x = 2 + 20240101 - 415',
  '[EMAIL] [EMAIL_] [email_1] [NAME_1]',
])('finds nothing in %j', (text) => {
  expect(foundIn(text)).toEqual([]);
});

test.each([
  ...[
    'a',
    '4',
    '@',
    '1 ',
    '4 ',
    '4111 ',
    '4111-',
    'a@',
    'a.',
    '.a',
    '+1',
    '(0',
    '0-',
    '01 ',
    '\\n',
    '[EMAIL_',
    '[',
    'DE89',
  ],
  ...[
    'DE12 ',
    'sk-',
    'eyJ.',
    'eyJaaaaa.',
    'key:',
    'key= ',
    'password is ',
    '://',
    '://a:',
    ':',
    'tel ',
    'Bearer ',
    '44665544-',
  ],
  '550e8400-e29b-41d4-a716-446655440000 4 ',
])('takes no more than its share of time for a text of %j only', (piece) => {
  // With what each rule looks for first, so that none is skipped.
  const textOf = (length: number): string => `@ :// [ \\n 7 ${piece.repeat(Math.ceil(length / piece.length))}`;
  const timed = (text: string): number => {
    const before = process.threadCpuUsage();
    findPersonalData(text);
    const { user, system } = process.threadCpuUsage(before);
    return user + system;
  };
  const least = (length: number): number => Math.min(...Array.from({ length: 3 }, () => timed(textOf(length))));
  least(20_000);
  // Quadratic work would take 64 times as long.
  expect(least(160_000)).toBeLessThan(24 * Math.max(least(20_000), 2_000));
});
