/**
 * A RabbitMQ of one's own: node, ports, data and Erlang port mapper (epmd) apart from every other one on the machine.
 * It boots in six seconds: most tests take a virtual host of the shared one instead.
 */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findProgram, type Service, startChild, untilAccepting, untilReady } from './child.ts';
import { freePorts } from './ports.ts';

export interface Rabbitmq extends Service {
  /** A virtual host of one's own: no queue, no exchange. Gives its URL. */
  createVhost(): Promise<string>;
  /** One call of the management API, `PUT /api/...`. Rejects unless it succeeds. Gives the response's text. */
  manage(method: 'GET' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<string>;
  /** Runs rabbitmqctl against this node. */
  control(...args: readonly string[]): Promise<void>;
}

const startTimeoutMs = 60_000;
const authorization = `Basic ${Buffer.from('guest:guest').toString('base64')}`;

/** Not the wrapper in /usr/sbin where the plain script is there: the wrapper switches the user. */
const serverPrograms = ['/usr/lib/rabbitmq/bin/rabbitmq-server', 'rabbitmq-server'];

const controlPrograms = ['/usr/lib/rabbitmq/bin/rabbitmqctl', 'rabbitmqctl'];
const run = promisify(execFile);

interface RabbitmqPorts {
  readonly port: number;
  readonly distribution: number;
  /** Of epmd. */
  readonly mapper: number;
  readonly management: number;
}

/** Writes the configuration. Gives the environment that makes the server use it. */
const configure = async (
  directory: string,
  { port, distribution, mapper, management }: RabbitmqPorts,
): Promise<Readonly<Record<string, string>>> => {
  await writeFile(join(directory, 'enabled_plugins'), '[rabbitmq_management,rabbitmq_consistent_hash_exchange].');
  await writeFile(
    join(directory, 'rabbitmq.conf'),
    [
      `listeners.tcp.1 = 127.0.0.1:${port}`,
      'management.tcp.ip = 127.0.0.1',
      `management.tcp.port = ${management}`,
      'loopback_users = none',
      'vm_memory_high_watermark.absolute = 512MB',
      'disk_free_limit.absolute = 50MB',
      '',
    ].join('\n'),
  );
  return {
    HOME: directory,
    RABBITMQ_NODENAME: `test${port}@localhost`,
    RABBITMQ_MNESIA_BASE: join(directory, 'mnesia'),
    RABBITMQ_LOG_BASE: join(directory, 'log'),
    RABBITMQ_DIST_PORT: String(distribution),
    ERL_EPMD_PORT: String(mapper),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    RABBITMQ_ENABLED_PLUGINS_FILE: join(directory, 'enabled_plugins'),
    RABBITMQ_CONFIG_FILE: join(directory, 'rabbitmq'),
    RABBITMQ_PID_FILE: join(directory, 'pid'),
    RABBITMQ_CONF_ENV_FILE: '/dev/null',
    // Two schedulers that do not spin while idle: tests share the processor with it.
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS:
      '+S 2:2 +sbwt none +sbwtdcpu none +sbwtdio none -kernel inet_dist_use_interface {127,0,0,1}',
  };
};

export const startRabbitmq = async (): Promise<Rabbitmq> => {
  const server = findProgram('RabbitMQ', serverPrograms);
  const directory = await mkdtemp(join(tmpdir(), 'parlance-rabbitmq-'));
  const [port = 0, distribution = 0, mapper = 0, management = 0] = await freePorts(4);
  const environment = await configure(directory, { port, distribution, mapper, management });
  // Started by us and in the foreground: one that RabbitMQ starts by itself would outlive it.
  const portMapper = startChild(findProgram('Erlang (epmd)', ['epmd']), [
    '-port',
    String(mapper),
    '-address',
    '127.0.0.1',
  ]);
  await untilAccepting(portMapper, mapper, startTimeoutMs);

  const manage: Rabbitmq['manage'] = async (method, path, body) => {
    const response = await fetch(`http://127.0.0.1:${management}${path}`, {
      method,
      headers: { authorization, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text;
  };
  const isReady = () =>
    manage('GET', `/api/health/checks/port-listener/${port}`).then(
      () => true,
      () => false,
    );
  const start = async () => {
    const child = startChild(server, [], { environment, group: true });
    await untilReady(child, isReady, startTimeoutMs);
    return child;
  };
  const endAround = async (): Promise<void> => {
    await portMapper.end('SIGKILL');
    await rm(directory, { recursive: true, force: true });
  };
  let child = await start().catch(async (fault: unknown) => {
    await endAround();
    throw fault;
  });

  return {
    url: `amqp://guest:guest@127.0.0.1:${port}`,
    port,
    get pid() {
      return child.pid;
    },
    manage,
    async control(...args) {
      const environmentOfNode = { PATH: process.env['PATH'], LANG: 'C.UTF-8', ...environment };
      await run(findProgram('rabbitmqctl', controlPrograms), args, { env: environmentOfNode });
    },
    stop: () => child.end('SIGTERM'),
    kill: () => child.end('SIGKILL'),
    async restart() {
      await child.end('SIGTERM');
      child = await start();
    },
    async createVhost() {
      const name = `test-${randomUUID()}`;
      await manage('PUT', `/api/vhosts/${name}`, {});
      await manage('PUT', `/api/permissions/${name}/guest`, { configure: '.*', write: '.*', read: '.*' });
      return `amqp://guest:guest@127.0.0.1:${port}/${name}`;
    },
    async [Symbol.asyncDispose]() {
      await child.end('SIGKILL');
      await endAround();
    },
  };
};
