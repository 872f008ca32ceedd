/**
 * What is tormented: every room as a process of its own, two of those that stand in the way of a token, on services of their own behind
 * wires that can be cut. The models are scripted, one that goes on after a text and one that does not.
 */
import { join } from 'node:path';
import { Pool } from 'pg';
import type { Service } from '../services/child.ts';
import { startPostgres } from '../services/postgres.ts';
import { type Rabbitmq, startRabbitmq } from '../services/rabbitmq.ts';
import { startRedis } from '../services/redis.ts';
import { startTcpProxy, type TcpProxy } from '../services/tcp-proxy.ts';
import { type Compose, startCompose } from '../system/compose-processes.ts';
import { createFaultLog, type FaultLog } from './fault-log.ts';
import type { WireName } from './schedule.ts';

export interface Stand extends AsyncDisposable {
  readonly compose: Compose;
  readonly redis: Service;
  readonly rabbitmq: Rabbitmq;
  readonly postgres: Service;
  /** GraphQL of each gateway, by way of the clients' wire. */
  readonly urls: readonly [string, ...string[]];
  wiresOf(name: WireName): readonly TcpProxy[];
  /** Straight to the database, as its superuser: row level security does not hide what went wrong. */
  readonly database: Pool;
  readonly faultLog: FaultLog;
}

/** Rooms that run twice. */
export const doubled: readonly string[] = ['worker', 'gateway', 'conversations'];

/** Milliseconds after which a model that says nothing more counts as cut off: short, so that a stall is over soon. */
const stallTimeoutMs = '1500';

export const openStand = async (): Promise<Stand> => {
  await using stack = new AsyncDisposableStack();
  const [postgres, redis, rabbitmq] = await Promise.all([startPostgres(), startRedis(), startRabbitmq()]);
  for (const service of [postgres, redis, rabbitmq]) stack.use(service);
  const faultLog = createFaultLog();
  const databaseUrl = await postgres.createDatabase();
  const wires = new Map<WireName, TcpProxy[]>();
  const wire = async (name: WireName, url: string): Promise<string> => {
    const proxy = stack.use(await startTcpProxy(url));
    wires.set(name, [...(wires.get(name) ?? []), proxy]);
    return proxy.url;
  };
  // Warnings tell of one message what happened to it.
  const room = { LOG_LEVEL: 'warn' };
  // One user does here what the default rate leaves to many.
  const gateway = {
    ...room,
    USER_BURST: '10000',
    USER_RATE: '10000',
    TENANT_BURST: '10000',
    TENANT_RATE: '10000',
    MAX_STREAMS_PER_USER: '10000',
  };
  // What Redis forgets is told again from the database, event for event.
  const conversations = { ...room, STREAM_PERSISTENCE: 'all' };
  const models = { ...room, MODELS_FILE: join(import.meta.dirname, 'models.yaml') };
  const worker = { ...models, DEMONSTRATION_MODEL: 'off', MODEL_STALL_TIMEOUT_MS: stallTimeoutMs };
  const compose = stack.use(
    await startCompose(
      {
        postgres: await wire('postgres', databaseUrl),
        redis: await wire('redis', redis.url),
        rabbitmq: await wire('rabbitmq', rabbitmq.url),
      },
      {
        replicas: doubled,
        gatewaysAskAll: true,
        onLogLine: faultLog.take,
        wireSubgraph: async (url) => new URL(await wire('subgraph', url)).origin,
        environment: {
          gateway,
          'gateway-2': gateway,
          conversations,
          'conversations-2': conversations,
          usage: room,
          safety: room,
          models,
          worker,
          'worker-2': worker,
        },
      },
    ),
  );
  const [first = '', ...others] = await Promise.all(compose.gatewayUrls.map((url) => wire('client', url)));
  const database = new Pool({ connectionString: databaseUrl, max: 2 });
  // An idle connection that the database's restart cuts is replaced at the next query.
  database.on('error', () => undefined);
  stack.defer(() => database.end());
  const closing = stack.move();
  return {
    compose,
    redis,
    rabbitmq,
    postgres,
    urls: [first, ...others],
    wiresOf: (name) => wires.get(name) ?? [],
    database,
    faultLog,
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
};
