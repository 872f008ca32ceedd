/**
 * Hive Gateway, from npm, in front of the subgraphs of a Parlance. It is installed in bench/rivals, a folder of its
 * own, when it is first needed.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startChild, untilReady } from '#tests/services/child.ts';
import { createDirectory } from '#tests/services/directory.ts';
import { freePort } from '#tests/services/ports.ts';
import type { Compose } from './compose-processes.ts';
import { type Parlance, signIn } from './parlance.ts';

const root = join(import.meta.dirname, '../..');
const folder = join(root, 'bench/rivals');
const command = join(folder, 'node_modules/.bin/hive-gateway');
const installTimeoutMs = 150_000;
const startTimeoutMs = 60_000;

/** Installs it where it is missing. Returns why it cannot be had, as where there is no network; else undefined. */
export const installHive = async (): Promise<string | undefined> => {
  if (existsSync(command)) return undefined;
  const flags = ['ci', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund', '--silent'];
  return promisify(execFile)('npm', flags, { cwd: folder, timeout: installTimeoutMs }).then(
    () => undefined,
    (fault: unknown) => `Hive Gateway cannot be installed: ${String(fault)}`,
  );
};

const isServing = async (url: string): Promise<boolean> => {
  const response = await fetch(new URL('/readiness', url)).catch(() => undefined);
  await response?.body?.cancel();
  return response?.ok ?? false;
};

/** The same Parlance, asked through Hive. Closing it closes Hive alone. */
export const startHive = async (compose: Compose, subscriptions: 'ws' | 'sse'): Promise<Parlance> => {
  await using stack = new AsyncDisposableStack();
  const directory = stack.use(await createDirectory());
  const supergraph = (await readFile(join(root, 'supergraph.graphql'), 'utf8')).replaceAll(
    /(@join__graph\(name: "(\w+)", url: )"[^"]+"/g,
    (_, start: string, name: string) => `${start}"${compose.subgraphUrls[name]}"`,
  );
  const path = join(directory.path, 'supergraph.graphql');
  await writeFile(path, supergraph);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/graphql`;
  const config = join(import.meta.dirname, 'hive.config.mjs');
  const child = startChild(
    process.execPath,
    [command, 'supergraph', path, '--host', '127.0.0.1', '--port', String(port), '-c', config],
    { environment: { NODE_ENV: 'production', LOG_LEVEL: 'error', SUBSCRIPTIONS: subscriptions } },
  );
  stack.defer(() => child.end('SIGTERM'));
  await untilReady(child, () => isServing(url), startTimeoutMs);
  const { issuer, provider } = compose;
  const clients = stack.use(new AsyncDisposableStack());
  const closing = stack.move();
  return {
    url,
    provider,
    issuer,
    dataDirectory: compose.dataDirectory,
    blobDirectory: compose.blobDirectory,
    as: signIn(() => url, issuer, clients),
    crash: compose.crash,
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
};
