import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const run = promisify(execFile);
const kernel = join(import.meta.dirname, '..');

/** Logs, and fails in the same moment. */
const script = `
import { createLogger } from '${kernel}/log.ts';
import { AppError } from '${kernel}/errors.ts';
import { runUntilSignal } from '${kernel}/process/shutdown.ts';
const logger = createLogger('test', 'warn');
await runUntilSignal('test', () => logger, async () => {
  for (let line = 0; line < 20; line += 1) logger.warn({ line }, 'a connection failed');
  throw new AppError('OVERLOADED', 'Start the store.');
});
`;

test('the sentence of a start that fails is the last line on stderr, after everything that was logged', async () => {
  const args = ['--input-type=module', '--eval', script];
  const fault: { code?: number; stderr?: string } = await run(process.execPath, args, { cwd: kernel }).then(
    () => ({}),
    (error) => error,
  );
  expect(fault.code).toBe(1);
  const lines = fault.stderr?.trimEnd().split('\n') ?? [];
  expect(lines.at(-1)).toBe('test: Start the store.');
  expect(lines).toHaveLength(21);
});
