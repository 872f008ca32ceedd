import { expect, test } from 'vitest';
import { toCsv } from './to-csv.ts';

const lineOf = (...values: (string | number)[]): string => toCsv([values]).slice(1);

test('quotes what would break a row, and doubles quotation marks', () => {
  expect(lineOf('plain', 'a,b', 'say "hi"', 'two\nlines', 'one\r\ntwo')).toBe(
    'plain,"a,b","say ""hi""","two\nlines","one\r\ntwo"\r\n',
  );
});

test('keeps spaces at the edges, numbers, and an empty text', () => {
  expect(lineOf(' a ', -1.5, 0, '')).toBe('" a ",-1.5,0,\r\n');
});

test.each([
  '=1+1',
  '+1',
  '-1',
  '@SUM(A1)',
  '=cmd|x',
  ' =1',
  '\t=1',
  '\u0000=1',
  '\u200b=1',
  '＝1+1',
  '＋1',
  '－1',
  '＠a',
])('a spreadsheet does not compute %j', (text) => {
  const line = lineOf(text);
  expect(line).toMatch(/^"?'/);
  expect(line).toContain(text);
});

test('a text that is no formula is not changed', () => {
  expect(lineOf('a=1', 'gpt-4', '2026-11-29')).toBe('a=1,gpt-4,2026-11-29\r\n');
});

test('a byte order mark says that it is UTF-8', () => {
  expect(toCsv([['ä']])).toBe('\ufeffä\r\n');
});
