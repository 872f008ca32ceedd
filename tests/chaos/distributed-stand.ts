/**
 * Every service as a process of its own, two of those that stand in the way of a token, on stores of their own behind
 * wires that can be cut. The models are scripted, one that goes on after a text and one that does not.
 */
import { join } from 'node:path';
import { Pool } from 'pg';
import { startPostgres } from '#tests/services/postgres.ts';
import { startRabbitmq } from '#tests/services/rabbitmq.ts';
import { startRedis } from '#tests/services/redis.ts';
import { startTcpProxy, type TcpProxy } from '#tests/services/tcp-proxy.ts';
import { startCompose } from '#tests/support/compose-processes.ts';
import { findUser } from '#tests/support/parlance.ts';
import { createFaultLog } from './fault-log.ts';
import { findLeftovers, readStored } from './gather.ts';
import type { StoreName, WireName } from './schedule.ts';
import { decisionSeconds, type Stand, stallTimeoutMs, summariseAtPercent } from './stand.ts';

/** Services that run twice. */
const doubled: readonly string[] = ['worker', 'gateway', 'conversations'];
const processes = ['gateway', 'conversations', 'usage', 'safety', 'models', 'knowledge', 'worker'].flatMap((name) =>
  doubled.includes(name) ? [name, `${name}-2`] : [name],
);
const variables: Readonly<Record<StoreName, string>> = {
  redis: 'REDIS_URL',
  rabbitmq: 'RABBITMQ_URL',
  postgres: 'DATABASE_URL',
};
/** Stores that a process uses. */
const storesOf = (process: string): readonly StoreName[] => {
  if (process.startsWith('gateway')) return ['redis'];
  return process.startsWith('worker') ? ['redis', 'rabbitmq'] : ['redis', 'rabbitmq', 'postgres'];
};

/** Milliseconds after which a reply whose worker vanished is called lost: soon enough for a run to see it. */
const vanishedAfterMs = '60000';

export const openDistributedStand = async (): Promise<Stand> => {
  await using stack = new AsyncDisposableStack();
  const [postgres, redis, rabbitmq] = await Promise.all([startPostgres(), startRedis(), startRabbitmq()]);
  for (const service of [postgres, redis, rabbitmq]) stack.use(service);
  const faultLog = createFaultLog();
  const urls = { postgres: await postgres.createDatabase(), redis: redis.url, rabbitmq: rabbitmq.url };
  const wires: { readonly name: WireName; readonly process: string; readonly proxy: TcpProxy }[] = [];
  const wire = async (name: WireName, url: string, process = ''): Promise<string> => {
    const proxy = stack.use(await startTcpProxy(url));
    wires.push({ name, process, proxy });
    return proxy.url;
  };
  // Warnings say of one message what happened to it.
  const common = { LOG_LEVEL: 'warn' };
  // One user does here what the default rate leaves to many.
  const gateway = {
    USER_BURST: '10000',
    USER_RATE: '10000',
    TENANT_BURST: '10000',
    TENANT_RATE: '10000',
    MAX_STREAMS_PER_USER: '10000',
  };
  // What Redis forgets is streamed again from the database, event for event.
  const conversations = {
    STREAM_PERSISTENCE: 'all',
    WORKER_VANISHED_AFTER_MS: vanishedAfterMs,
    SUMMARISE_AT_PERCENT: summariseAtPercent,
    TOOL_DECISION_SECONDS: decisionSeconds,
  };
  const models = { MODELS_FILE: join(import.meta.dirname, 'models.yaml'), TOOL_PRIVATE_HOSTS: '127.0.0.1' };
  const worker = { ...models, DEMONSTRATION_MODEL: 'off', MODEL_STALL_TIMEOUT_MS: stallTimeoutMs };
  const settings: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    gateway,
    conversations,
    models,
    worker,
  };
  const environment: Record<string, Record<string, string>> = {};
  for (const process of processes) {
    const own = { ...common, ...settings[process.replace(/-2$/, '')] };
    environment[process] = own;
    for (const store of storesOf(process)) {
      environment[process] = { ...environment[process], [variables[store]]: await wire(store, urls[store], process) };
    }
  }
  const compose = stack.use(
    await startCompose(urls, {
      replicas: doubled,
      gatewaysAskAll: true,
      onLogLine: faultLog.take,
      wireSubgraph: async (url) => new URL(await wire('subgraph', url)).origin,
      environment,
    }),
  );
  const [first = '', ...others] = await Promise.all(compose.gatewayUrls.map((url) => wire('client', url)));
  // Straight to the database, as its superuser: row level security does not hide what went wrong.
  const database = new Pool({ connectionString: urls.postgres, max: 2 });
  // An idle connection that the database's restart cuts is replaced at the next query.
  database.on('error', () => undefined);
  stack.defer(() => database.end());
  const closing = stack.move();
  return {
    provider: compose.provider,
    sign: (user, roles = ['USER']) => compose.issuer.sign({ ...findUser(user), roles, scope: '', expires: '90m' }),
    urls: [first, ...others],
    get pids() {
      return compose.pids;
    },
    end: compose.end,
    start: compose.start,
    wiresOf: (name, process) =>
      wires
        .filter((one) => one.name === name && (process === undefined || one.process === process))
        .map(({ proxy }) => proxy),
    stores: { redis, rabbitmq, postgres },
    disk: undefined,
    readStored: (sends) => readStored(database, sends),
    findLeftovers: () => findLeftovers(database, rabbitmq),
    // It keeps nothing on disk.
    forgetLogs: () => redis.restart(),
    faultLog,
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
};
