import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';

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
