import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { z } from 'zod';

const root = fileURLToPath(new URL('..', import.meta.url));
const lineSchema = z.looseObject({
  msg: z.string(),
  models: z.array(z.string()).optional(),
  port: z.number().optional(),
});

const startProcess = (environment: Record<string, string>): ChildProcess =>
  spawn(process.execPath, ['inference-workers/main.ts'], {
    cwd: root,
    env: { PATH: process.env['PATH'], HEALTH_PORT: '0', ...environment },
    stdio: ['ignore', 'ignore', 'pipe'],
  });

const linesOf = (child: ChildProcess) => {
  if (child.stderr === null) throw new Error('The process has no stderr.');
  return createInterface({ input: child.stderr });
};

test('the process serves the models that it finds, reports that it is ready, and shuts down in order on SIGTERM', async () => {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'parlance-main-'));
  const child = startProcess({ DATA_DIR: dataDirectory });
  const exited = once(child, 'exit');
  let port: number | undefined;
  for await (const text of linesOf(child)) {
    const line = lineSchema.parse(JSON.parse(text));
    port ??= line.port;
    if (line.msg !== 'the worker takes jobs') continue;
    expect(line.models).toEqual(['parlance/demonstration']);
    break;
  }
  const ready = await fetch(`http://127.0.0.1:${port}/health/ready`);
  expect([ready.status, await ready.json()]).toEqual([200, { status: 'ready', failing: [] }]);
  child.kill('SIGTERM');
  expect(await exited).toEqual([0, null]);
  await rm(dataDirectory, { recursive: true, force: true });
});

test('an unusable environment causes one message with all faults, and exit code 1', async () => {
  const child = startProcess({ MODEL_RETRIES: 'many', POOLS: 'HUGE' });
  const exited = once(child, 'exit');
  const lines: string[] = [];
  for await (const line of linesOf(child)) lines.push(line);
  expect(lines.join('\n')).toMatch(/MODEL_RETRIES: .*POOLS\.0: /s);
  expect(await exited).toEqual([1, null]);
});
