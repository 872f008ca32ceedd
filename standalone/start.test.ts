/** What a person who starts the standalone sees, and what becomes of mistakes. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { createDirectory } from '#tests/services/directory.ts';
import { freePort } from '#tests/services/ports.ts';

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
  expect(output).toMatch(/Sandbox +http:\/\/127\.0\.0\.1:\d+\/sandbox\n/);
  expect(output).toContain(`DATA_DIR='${directory.path}' npm run --silent token`);
  expect(output).toContain('parlance/demonstration');
  const second = await fails('standalone/main.ts', [], { PORT: '0', DATA_DIR: directory.path });
  expect(second).toEqual([1, expect.stringContaining('Another process uses')]);
  child.kill('SIGINT');
  const [code] = await once(child, 'exit');
  expect(code).toBe(0);
});

test('an environment that cannot be used is reported with all its faults', async () => {
  const [code, stderr] = await fails('standalone/main.ts', [], { PORT: 'x', NODE_ENV: 'production', HOST: '0.0.0.0' });
  expect(code).toBe(1);
  expect(stderr).toContain('PORT');
  const [, production] = await fails('standalone/main.ts', [], { NODE_ENV: 'production', HOST: '0.0.0.0' });
  expect(production).toMatch(/OIDC_ISSUER: must be set in production[\s\S]*HOST: must be a loopback address/);
});

test('the development issuer does not start in production, nor a sign-in without an address to return to', async () => {
  const [code, stderr] = await fails('standalone/issuer/main.ts', [], { NODE_ENV: 'production' });
  expect([code, stderr]).toEqual([
    1,
    expect.stringContaining('NODE_ENV: must not be production: the development issuer'),
  ]);
  const issuer = { NODE_ENV: 'production', OIDC_ISSUER: 'https://issuer.example', OIDC_CLIENT_ID: 'web' };
  expect((await fails('standalone/main.ts', [], issuer))[1]).toContain('PUBLIC_URL: must be set with OIDC_CLIENT_ID');
  const plain = await fails('standalone/main.ts', [], { ...issuer, PUBLIC_URL: 'http://127.0.0.1:4000' });
  expect(plain[1]).toContain('PUBLIC_URL: must be an address with https in production');
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
  expect(await fails('scripts/token.ts', ['--tennant', 'acme'], environment)).toEqual([
    2,
    expect.stringContaining('Usage:'),
  ]);
  expect(await fails('scripts/token.ts', ['--expires', 'soon'], environment)).toEqual([
    2,
    expect.stringContaining('--expires'),
  ]);
});

test('a data directory that cannot be made is one sentence, for the standalone and for the token command', async () => {
  await using directory = await createDirectory();
  const file = join(directory.path, 'file');
  await writeFile(file, '');
  const environment = { DATA_DIR: join(file, 'data'), PORT: '0' };
  const remedy = /^[^\n]*ENOTDIR[^\n]*Set DATA_DIR to a directory that can be written\.\n$/;
  expect(await fails('standalone/main.ts', [], environment)).toEqual([1, expect.stringMatching(remedy)]);
  expect(await fails('scripts/token.ts', [], environment)).toEqual([2, expect.stringMatching(remedy)]);
});

test('a port in use, a service that is missing, and a subgraph without services in production are each one sentence', async () => {
  await using directory = await createDirectory();
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  const { port } = taken.address() as AddressInfo;
  const environment = { DATA_DIR: directory.path };
  const busy = await fails('standalone/issuer/main.ts', [], { ...environment, PORT: String(port) });
  expect(busy).toEqual([1, `issuer: Port ${port} is in use. Stop what listens there, or set PORT to another one.\n`]);
  taken.close();

  const lost = { ...environment, REDIS_URL: `redis://127.0.0.1:${await freePort()}`, SERVICE_START_TIMEOUT_MS: '200' };
  const [, redis] = await fails('standalone/main.ts', [], lost);
  expect(redis).toMatch(/^parlance: Redis at 127\.0\.0\.1:\d+ did not respond within 200 ms: .*REDIS_URL right\?$/m);

  const alone = { ...environment, NODE_ENV: 'production', IDENTITY_SECRET: 'Kq7!mZ2@tR9#wX4$cV6%bN1^hJ3&fL8*' };
  const [, subgraph] = await fails('subgraphs/safety/main.ts', [], alone);
  expect(subgraph).toBe(
    'safety: In production a subgraph needs services of its own, so these must be set: DATABASE_URL, REDIS_URL, RABBITMQ_URL.\n',
  );
});
