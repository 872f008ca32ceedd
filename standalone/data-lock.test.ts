import { spawn } from 'node:child_process';
import { once } from 'node:events';
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
