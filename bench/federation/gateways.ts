/**
 * The gateways that are measured, each a process of its own. A rival is a line here: what it is called, and how it is
 * started. Those of bench/rivals take part when that folder is installed (`npm ci` inside it).
 */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';

export interface RunningGateway extends Disposable {
  readonly url: string;
  /** One for each connection; none when it lets everybody in. */
  readonly tokens: readonly string[];
  readonly pid: number;
}

export interface MeasuredGateway {
  readonly name: string;
  start(supergraphPath: string, connections: number): Promise<RunningGateway>;
}

const here = (relative: string): URL => new URL(relative, import.meta.url);

/** Starts a script that says by IPC when it is ready, and with what. */
export const forkReady = async <Message>(
  script: URL,
  arguments_: readonly string[],
): Promise<{ readonly child: ChildProcess; readonly message: Message }> => {
  const child = fork(fileURLToPath(script), [...arguments_], { env: { ...process.env, NODE_ENV: 'production' } });
  const [message]: Message[] = await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(() => Promise.reject(new Error(`${script.pathname} ended`))),
  ]);
  if (message === undefined) throw new Error(`${script.pathname} said nothing`);
  return { child, message };
};

export const forked =
  (
    script: URL,
    argumentsOf: (supergraphPath: string, connections: number) => readonly string[],
  ): MeasuredGateway['start'] =>
  async (supergraphPath, connections) => {
    const { child, message } = await forkReady<{ url: string; tokens?: string[] }>(
      script,
      argumentsOf(supergraphPath, connections),
    );
    return {
      url: message.url,
      tokens: message.tokens ?? [],
      pid: child.pid ?? 0,
      [Symbol.dispose]: () => void child.kill(),
    };
  };

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
};

const untilResponding = async (url: string, child: ChildProcess): Promise<void> => {
  const ask = (): Promise<Response | undefined> =>
    fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"query":"{ __typename }"}',
    }).catch(() => undefined);
  for (let response = await ask(); response?.status !== 200; response = await ask()) {
    if (child.exitCode !== null) throw new Error(`a gateway ended with ${child.exitCode}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
};

const hiveCommand = fileURLToPath(here('../rivals/node_modules/.bin/hive-gateway'));
export const hiveIsInstalled = existsSync(hiveCommand);

export const hive =
  (...flags: readonly string[]): MeasuredGateway['start'] =>
  async (supergraphPath) => {
    const port = await freePort();
    const child = spawn(
      process.execPath,
      [hiveCommand, 'supergraph', supergraphPath, '--host', '127.0.0.1', '--port', String(port), ...flags],
      { env: { ...process.env, NODE_ENV: 'production', LOG_LEVEL: 'error' }, stdio: ['ignore', 'ignore', 'inherit'] },
    );
    const url = `http://127.0.0.1:${port}/graphql`;
    await untilResponding(url, child);
    return { url, tokens: [], pid: child.pid ?? 0, [Symbol.dispose]: () => void child.kill() };
  };

const stock = (fetcher: string): MeasuredGateway['start'] =>
  forked(here('./stock-process.ts'), (path) => [path, fetcher]);

export const gateways: readonly MeasuredGateway[] = [
  {
    name: 'ours',
    start: forked(here('./ours-process.ts'), (path, connections) => [path, String(connections)]),
  },
  { name: '@apollo/gateway', start: stock('default') },
  { name: '@apollo/gateway with undici', start: stock('undici') },
  ...(hiveIsInstalled
    ? [
        { name: 'Hive Gateway', start: hive() },
        { name: 'Hive Gateway with router-runtime', start: hive('--hive-router-runtime') },
      ]
    : []),
];
