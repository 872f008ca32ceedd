import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { APICallError } from '@ai-sdk/provider';
import { expect, test } from 'vitest';
import { createLogger, type Logger } from './log.ts';

/** A process that logs a failed statement of an embedded database. */
const script = `
import { openPglite } from '#kernel/database/pglite.ts';
import { createLogger } from '#kernel/log.ts';
import { createDirectory } from './tests/services/directory.ts';
const logger = createLogger('test', 'error');
await using directory = await createDirectory();
await using database = await openPglite(directory.path, []);
await database.asSystem((em) => em.execute('select from nowhere where ? = 1', ['whsec_hidden'])).catch((err) => logger.error({ err }, 'failed'));
`;

test('a failed statement is logged without its parameters', async () => {
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    cwd: join(import.meta.dirname, '..'),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const logged = await text(child.stderr);
  expect(logged).toContain('"msg":"failed"');
  expect(logged).toContain('nowhere');
  expect(logged).not.toContain('whsec_hidden');
});

const linesOf = (write: (logger: Logger) => void): string[] => {
  const lines: string[] = [];
  write(createLogger('test', 'info', { write: (line) => lines.push(line) }));
  return lines;
};

test('a fault that a provider worded is logged by its type, status and code, without a word of it', () => {
  const prompt = 'my grandmother lives in Delft';
  const err = new APICallError({
    message: `cannot answer "${prompt}"`,
    url: 'http://127.0.0.1/v1/chat/completions',
    requestBodyValues: { messages: [{ role: 'user', content: prompt }] },
    responseBody: `{"error":{"message":"${prompt}"}}`,
    statusCode: 400,
  });
  const inStream = { type: 'invalid_request_error', code: 'bad', message: prompt };
  let syntax: unknown;
  try {
    JSON.parse(prompt);
  } catch (fault) {
    syntax = fault;
  }
  const lines = linesOf((logger) => {
    logger.warn({ err }, 'one');
    logger.warn({ err: new Error('above', { cause: err }) }, 'two');
    logger.warn({ err: inStream }, 'three');
    logger.warn({ err: syntax }, 'four');
  });
  expect(lines).toHaveLength(4);
  expect(lines.join('')).not.toMatch(/grandm/);
  expect(lines[0]).toContain('"type":"AI_APICallError"');
  expect(lines[0]).toContain('"status":400');
  expect(lines[2]).toContain('"type":"invalid_request_error","code":"bad"');
});

test.each([
  ['ada@acme.example', '[email]'],
  ['Bearer abcdefgh12345678', 'Bearer [token]'],
  ['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl', '[token]'],
  ['sk-proj-abcdefgh12345678', 'sk-[key]'],
  ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'whsec_[key]'],
  ['postgres://parlance:hunter2@db:5432/parlance', 'postgres://[password]@db:5432/parlance'],
  ['card 4111 1111 1111 1111', 'card [card]'],
  ['to DE89 3704 0044 0532 0130 00', 'to [account]'],
])('%s is masked in a message and in a fault', (given, masked) => {
  const [line = ''] = linesOf((logger) => logger.error({ err: new Error(`refused: ${given}`), given }, `for ${given}`));
  expect(line).not.toContain(given);
  expect(JSON.parse(line)).toMatchObject({
    given: masked,
    msg: `for ${masked}`,
    err: { message: `refused: ${masked}` },
  });
});

test('ids, times and numbers stay as they are', () => {
  const fields = {
    requestId: '44665544-0000-4000-8000-446655440000',
    tenantId: '00000000-0000-4000-8000-000000000042',
    at: 1_764_433_016_956,
    big: 4_111_111_111_111_111,
    address: '127.0.0.1:54321',
  };
  const [line = ''] = linesOf((logger) => logger.info(fields, 'as it is'));
  expect(JSON.parse(line)).toMatchObject(fields);
});

test('a line that is too long keeps its first fields, and is JSON', () => {
  const [line = ''] = linesOf((logger) => logger.info({ requestId: 'r', text: 'a@b'.repeat(100_000) }, 'long'));
  expect(line.length).toBeLessThan(200);
  expect(JSON.parse(line)).toMatchObject({ service: 'test', requestId: 'r', msg: 'long' });
});
