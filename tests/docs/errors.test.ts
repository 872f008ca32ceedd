/** docs/errors.md lists exactly the codes that clients can see, with their status and whether to try again. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CloseCode } from 'graphql-ws';
import { expect, test } from 'vitest';
import { errorCodes, isRetryable, toErrorCode } from '#contracts/error-codes.ts';
import { readDocument, root, rowsUnder } from '#tests/support/markdown.ts';

const document = await readDocument('docs/errors.md');
const unquoted = (cell: string | undefined): string => (cell ?? '').replaceAll('`', '');

test('every code of Parlance is in the table with its status and whether it can pass, and no other', () => {
  const documented = rowsUnder(document, ['Code', 'HTTP', 'Again', 'When', 'What to do']).map(
    ([code, status, again]) => [unquoted(code), status, again],
  );
  const codes = Object.keys(errorCodes).map(toErrorCode);
  expect(documented).toEqual(codes.map((code) => [code, String(errorCodes[code]), isRetryable(code) ? 'yes' : 'no']));
});

test('every code of the specifications that the gateway lets through is in the table, and no other', async () => {
  const source = await readFile(join(root, 'gateway/errors/public-error.ts'), 'utf8');
  const [, list = ''] = source.match(/specificationCodes[^[]*\[(.*?)\]/s) ?? [];
  const passed = [...list.matchAll(/'([A-Z_]+)'/g)].map(([, code]) => code);
  expect(passed.length).toBeGreaterThan(0);
  const documented = rowsUnder(document, ['Code', 'HTTP', 'When', 'What to do']).map(([code]) => unquoted(code));
  expect(documented.toSorted()).toEqual(passed.toSorted());
});

test('the close codes in the table are those of the protocol', () => {
  const documented = rowsUnder(document, ['Code', 'When', 'What to do']).map(([code]) => Number(code));
  const ofProtocol = Object.values(CloseCode).filter((code) => typeof code === 'number');
  expect(documented.filter((code) => code >= 4000 && !ofProtocol.includes(code))).toEqual([]);
  for (const code of [CloseCode.Unauthorized, CloseCode.Forbidden]) expect(documented).toContain(code);
});
