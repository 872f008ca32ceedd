/**
 * The stand that everything is measured on: PostgreSQL, Redis and RabbitMQ of its own, the processes of
 * docker-compose.yml, the scripted provider and the plain proxy, each an OS process on 127.0.0.1. Limits that would
 * refuse a load test are raised, nothing else.
 */
import { join } from 'node:path';
import { decodeJwt } from 'jose';
import { Pool } from 'pg';
import { v7 as uuidv7 } from 'uuid';
import type { Role } from '#contracts/identity.ts';
import { startChild, untilAccepting } from '#tests/services/child.ts';
import { freePorts } from '#tests/services/ports.ts';
import { startPostgres } from '#tests/services/postgres.ts';
import { startRabbitmq } from '#tests/services/rabbitmq.ts';
import { startRedis } from '#tests/services/redis.ts';
import { startCompose } from '#tests/support/compose-processes.ts';
import { findUser } from '#tests/support/parlance.ts';
import { developmentAudience } from '../standalone/issuer/development-issuer.ts';

export interface User {
  readonly id: string;
  readonly token: string;
}

export interface Stand extends AsyncDisposable {
  /** The gateway, `http://host:port/graphql`. */
  readonly url: string;
  /** The scripted provider; ends in /v1. */
  readonly providerUrl: string;
  readonly proxyUrl: string;
  /** Where the stream logs are. */
  readonly redisUrl: string;
  /** Parlance's database, past row level security: for seeding. */
  readonly sql: Pool;
  readonly tenantId: string;
  readonly users: readonly User[];
  /** An administrator of the tenant. */
  readonly admin: User;
  /** Processes by name. */
  readonly pids: ReadonlyMap<string, number>;
}

const startTimeoutMs = 20_000;
const most = '1000000000';
const root = join(import.meta.dirname, '..');

const startNode = async (file: string, port: number, environment: Readonly<Record<string, string>>) => {
  const child = startChild(process.execPath, [join(root, file)], {
    environment: { ...environment, PORT: String(port) },
  });
  await untilAccepting(child, port, startTimeoutMs);
  return child;
};

/** @param userCount users of one tenant, each with a token of its own. */
export const openStand = async (userCount: number): Promise<Stand> => {
  await using opened = new AsyncDisposableStack();
  const [postgres, redis, rabbitmq] = await Promise.all([startPostgres(), startRedis(), startRabbitmq()]);
  for (const service of [postgres, redis, rabbitmq]) opened.use(service);
  const [providerPort = 0, proxyPort = 0] = await freePorts(2);
  const provider = await startNode('tests/scripted-provider/main.ts', providerPort, {});
  opened.defer(() => provider.end('SIGTERM'));
  const providerUrl = `http://127.0.0.1:${providerPort}/v1`;
  const databaseUrl = await postgres.createDatabase();
  const parlance = opened.use(
    await startCompose(
      { postgres: databaseUrl, redis: redis.url, rabbitmq: await rabbitmq.createVhost() },
      {
        environment: {
          worker: { OPENAI_BASE_URL: providerUrl, DEMONSTRATION_MODEL: 'off', WORKER_CONCURRENCY: '512' },
          conversations: { MAX_QUEUED: '100000' },
          gateway: {
            USER_BURST: most,
            USER_RATE: most,
            TENANT_BURST: most,
            TENANT_RATE: most,
            MAX_STREAMS_PER_USER: '10000',
            MAX_STREAMS_PER_SOCKET: '1000',
          },
        },
      },
    ),
  );
  const { tenant, user } = findUser('ada');
  const newUser = async (roles: readonly Role[]): Promise<User> => {
    const id = uuidv7();
    const request = { tenant, user: { ...user, id }, roles, scope: '', expires: '1h' } as const;
    return { id, token: await parlance.issuer.sign(request) };
  };
  const users = await Promise.all(Array.from({ length: userCount }, () => newUser(['USER'])));
  const admin = await newUser(['USER', 'ADMIN']);
  const proxy = await startNode('bench/plain-proxy.ts', proxyPort, {
    DATABASE_URL: await postgres.createDatabase(),
    PROVIDER_URL: providerUrl,
    ISSUER: decodeJwt(users[0]?.token ?? '').iss ?? '',
    AUDIENCE: developmentAudience,
    JWKS: JSON.stringify(parlance.issuer.jwks),
  });
  opened.defer(() => proxy.end('SIGTERM'));
  const sql = new Pool({ connectionString: databaseUrl, max: 2 });
  opened.defer(() => sql.end());
  const closing = opened.move();
  return {
    url: parlance.url,
    providerUrl,
    redisUrl: redis.url,
    proxyUrl: `http://127.0.0.1:${proxyPort}/`,
    sql,
    tenantId: tenant.id,
    users,
    admin,
    get pids() {
      const own = new Map([...parlance.pids].filter(([name]) => name !== 'issuer'));
      return new Map([...own, ['postgres', postgres.pid], ['redis', redis.pid], ['rabbitmq', rabbitmq.pid]]);
    },
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
};
