import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createDirectory } from '#tests/services/directory.ts';
import { lockDataDirectory } from './data-lock.ts';

test('one process at a time uses a data directory; the next may once it is free', async () => {
  await using directory = await createDirectory();
  const first = await lockDataDirectory(directory.path);
  await expect(lockDataDirectory(directory.path)).rejects.toThrow('Another process uses');
  await first[Symbol.asyncDispose]();
  await using _ = await lockDataDirectory(directory.path);
});

test('a data directory that other users could read is closed to them', async () => {
  await using directory = await createDirectory();
  const key = join(directory.path, 'issuer', 'key.json');
  await mkdir(join(key, '..'));
  await writeFile(key, '{}', { mode: 0o644 });
  await chmod(directory.path, 0o755);
  await using _ = await lockDataDirectory(directory.path);
  const modes = await Promise.all([directory.path, join(key, '..'), key].map(async (path) => (await stat(path)).mode));
  expect(modes.map((mode) => mode & 0o777)).toEqual([0o700, 0o700, 0o600]);
});

test('a process that was killed holds nothing', async () => {
  await using directory = await createDirectory();
  const script = `
    const { lockDataDirectory } = await import(${JSON.stringify(join(import.meta.dirname, 'data-lock.ts'))});
    await lockDataDirectory(process.argv[1]);
    console.log('locked');
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, directory.path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  await expect(lockDataDirectory(directory.path)).rejects.toThrow('Another process uses');
  child.kill('SIGKILL');
  await once(child, 'exit');
  await using _ = await lockDataDirectory(directory.path);
});
