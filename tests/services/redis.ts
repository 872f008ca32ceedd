/** A Redis of one's own, on a private port, without a disk: what it knew is gone when it ends. */
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

export const startRedis = async (): Promise<Service> => {
  const port = await freePort();
  let child = await spawnRedis(port, '--dir', '/tmp');
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    stop: () => child.end('SIGTERM'),
    kill: () => child.end('SIGKILL'),
    async restart() {
      await child.end('SIGKILL');
      child = await spawnRedis(port, '--dir', '/tmp');
    },
    [Symbol.asyncDispose]: () => child.end('SIGKILL'),
  };
};
