/** What a person who starts the standalone sees, and what becomes of mistakes. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { createDirectory } from '../tests/services/directory.ts';

const root = join(import.meta.dirname, '..');
const run = promisify(execFile);

const fails = async (file: string, args: readonly string[], environment: Readonly<Record<string, string>> = {}) => {
  const env = { PATH: process.env['PATH'], ...environment };
  const fault = await run(process.execPath, [join(root, file), ...args], { cwd: root, env }).then(
    () => undefined,
    (error: { code: number; stderr: string }) => error,
  );
  return [fault?.code, fault?.stderr];
};

test('it says its addresses, the way to a token and its models, and ends cleanly on Ctrl-C', async () => {
  await using directory = await createDirectory();
  const env = { PATH: process.env['PATH'], PORT: '0', DATA_DIR: directory.path };
  const child = spawn(process.execPath, [join(root, 'standalone/main.ts')], {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const ready = Promise.withResolvers<void>();
  child.stdout.on('data', (chunk) => {
    output += String(chunk);
    if (output.includes('Ctrl-C')) ready.resolve();
  });
  await ready.promise;
  expect(output).toMatch(/GraphQL +http:\/\/127\.0\.0\.1:\d+\/graphql/);
  expect(output).toContain('npm run --silent token');
  expect(output).toContain('parlance/demonstration');
  const second = await fails('standalone/main.ts', [], { PORT: '0', DATA_DIR: directory.path });
  expect(second).toEqual([1, expect.stringContaining('Another process uses')]);
  child.kill('SIGINT');
  const [code] = await once(child, 'exit');
  expect(code).toBe(0);
});

test('an environment that cannot be used is told with all its faults', async () => {
  const [code, stderr] = await fails('standalone/main.ts', [], { PORT: 'x', NODE_ENV: 'production', HOST: '0.0.0.0' });
  expect(code).toBe(1);
  expect(stderr).toContain('PORT');
  const [, production] = await fails('standalone/main.ts', [], { NODE_ENV: 'production', HOST: '0.0.0.0' });
  expect(production).toMatch(/OIDC_ISSUER: must be set in production[\s\S]*HOST: must be a loopback address/);
});

test('the token command names what it knows when it is asked for something else', async () => {
  await using directory = await createDirectory();
  const environment = { DATA_DIR: directory.path };
  expect(await fails('scripts/token.ts', ['--tenant', 'nobody'], environment)).toEqual([
    2,
    '--tenant is one of: acme, globex\n',
  ]);
  expect(await fails('scripts/token.ts', ['--user', 'bob'], environment)).toEqual([
    2,
    '--user of acme is one of: ada, grace\n',
  ]);
  expect(await fails('scripts/token.ts', ['--role', 'KING'], environment)).toEqual([
    2,
    '--role is one of: USER, ADMIN, BILLING_ADMIN\n',
  ]);
  expect(await fails('scripts/token.ts', ['--expires', 'soon'], environment)).toEqual([
    2,
    expect.stringContaining('--expires'),
  ]);
});
