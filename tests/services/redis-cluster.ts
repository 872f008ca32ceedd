/** A Redis Cluster of one's own: three masters that share the slots. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findProgram, untilReady } from './child.ts';
import { freePorts } from './ports.ts';
import { spawnRedis } from './redis.ts';

export interface RedisCluster extends AsyncDisposable {
  /** All nodes, separated by commas. */
  readonly url: string;
  readonly ports: readonly number[];
}

const run = promisify(execFile);
const startTimeoutMs = 20_000;
/** The cluster bus of a node listens on its port + 10000 unless its configuration names another one. */
const nodes = 3;

export const startRedisCluster = async (): Promise<RedisCluster> => {
  const cli = findProgram('redis-cli', ['redis-cli']);
  const directory = await mkdtemp(join(tmpdir(), 'parlance-redis-cluster-'));
  const free = await freePorts(nodes * 2);
  const ports = free.slice(0, nodes);
  const children = await Promise.all(
    ports.map((port, index) =>
      spawnRedis(
        port,
        ...['--dir', directory, '--cluster-enabled', 'yes', '--cluster-config-file', `nodes-${port}.conf`],
        ...['--cluster-port', String(free[nodes + index]), '--cluster-node-timeout', '2000'],
      ),
    ),
  );
  const dispose = async () => {
    await Promise.all(children.map((child) => child.end('SIGKILL')));
    await rm(directory, { recursive: true, force: true });
  };
  try {
    const addresses = ports.map((port) => `127.0.0.1:${port}`);
    await run(cli, ['--cluster', 'create', ...addresses, '--cluster-replicas', '0', '--cluster-yes']);
    await Promise.all(
      children.map((child, index) =>
        untilReady(
          child,
          async () => {
            const { stdout } = await run(cli, ['-p', String(ports[index]), 'cluster', 'info']);
            return stdout.includes('cluster_state:ok');
          },
          startTimeoutMs,
        ),
      ),
    );
  } catch (error) {
    await dispose();
    throw error;
  }
  return { url: ports.map((port) => `redis://127.0.0.1:${port}`).join(','), ports, [Symbol.asyncDispose]: dispose };
};
