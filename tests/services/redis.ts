/** A Redis of one's own, on a private port, without a disk: what it knew is gone when it ends. */
import { createConnection } from 'node:net';
import { type Child, findProgram, type Service, startChild, untilAccepting } from './child.ts';
import { freePort } from './ports.ts';

const startTimeoutMs = 10_000;

/** Starts a server; the caller ends it. */
export const spawnRedis = async (port: number, ...options: readonly string[]): Promise<Child> => {
  const child = startChild(findProgram('redis-server', ['redis-server']), [
    ...['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--loglevel', 'warning'],
    ...options,
  ]);
  await untilAccepting(child, port, startTimeoutMs);
  return child;
};

/** One command on a connection of its own. Resolves with the first line of the raw response, e.g. `:3`. */
export const sendRedis = (url: string, ...words: readonly string[]): Promise<string> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const socket = createConnection({ host: hostname, port: Number(port) });
    socket.once('error', reject);
    socket.once('data', (chunk) => {
      socket.destroy();
      const [line = ''] = chunk.toString().split('\r\n');
      if (line.startsWith('-')) reject(new Error(line));
      else resolve(line);
    });
    const encoded = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
    socket.write(`*${words.length}\r\n${encoded.join('')}`);
  });

export const startRedis = async (): Promise<Service> => {
  const port = await freePort();
  let child = await spawnRedis(port, '--dir', '/tmp');
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    get pid() {
      return child.pid;
    },
    stop: () => child.end('SIGTERM'),
    kill: () => child.end('SIGKILL'),
    async restart() {
      await child.end('SIGKILL');
      child = await spawnRedis(port, '--dir', '/tmp');
    },
    [Symbol.asyncDispose]: () => child.end('SIGKILL'),
  };
};
