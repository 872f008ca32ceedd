import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { startPostgres } from '#tests/services/postgres.ts';
import { sendRedis, startRedis } from '#tests/services/redis.ts';
import { sharedService } from '#tests/services/shared-services.ts';
import { startTcpProxy } from '#tests/services/tcp-proxy.ts';
import { isOutage } from '../connections/outage.ts';
import { connectRedis } from '../connections/redis.ts';
import { fixtureTables } from '../database/database.fixture.ts';
import { openDatabase } from '../database/open-database.ts';
import { openPostgresql } from '../database/postgresql.ts';
import { createLogger } from '../log.ts';
import { maskError } from './mask-error.ts';

const logger = createLogger('test', 'silent');

/** Repeats the work on several lanes while the service restarts; returns the faults. */
const faultsWhile = async (restart: () => Promise<void>, work: (() => Promise<unknown>)[]): Promise<unknown[]> => {
  const faults: unknown[] = [];
  let over = false;
  const lanes = work.flatMap((act) =>
    Array.from({ length: 4 }, async () => {
      while (!over) {
        await act().catch((fault: unknown) => faults.push(fault));
        await sleep(5);
      }
    }),
  );
  await restart();
  over = true;
  await Promise.all(lanes);
  return faults;
};

test('every fault of a query while PostgreSQL restarts is an outage, and that of a wrong statement is not', async () => {
  await using postgres = await startPostgres();
  const config = { DATABASE_POOL_SIZE: 6, DATA_DIR: '', SERVICE_START_TIMEOUT_MS: 10_000 };
  const url = await postgres.createDatabase();
  await using database = await openDatabase({ ...config, DATABASE_URL: url }, [fixtureTables]);
  const tenant = '01a207e7-0000-7000-8000-000000000000';
  const faults = await faultsWhile(async () => {
    for (let times = 0; times < 3; times += 1) await postgres.restart();
  }, [
    () => database.call('select pg_sleep(0.05), ?::text', ['x']),
    () => database.forTenant(tenant).execute('select pg_sleep(0.02)'),
    () =>
      database.asSystem(async (em) => {
        await em.execute('select 1');
        await sleep(10);
        return em.execute('select 2');
      }),
  ]);
  expect(faults.length).toBeGreaterThan(10);
  expect(faults.filter((fault) => !isOutage(fault))).toEqual([]);
  expect(maskError(faults[0], logger).extensions).toEqual({ code: 'SUBGRAPH_UNAVAILABLE', retryAfterMs: 1_000 });
  const wrong = await database.asSystem((em) => em.execute('select nothing from nowhere')).catch((fault) => fault);
  expect(isOutage(wrong)).toBe(false);
  expect(maskError(wrong, logger).extensions).toEqual({ code: 'INTERNAL_SERVER_ERROR' });
}, 60_000);

test('a command fails with an outage even if its neighbour in the same write got its reply before the connection died', async () => {
  await using redis = await startRedis();
  await using connection = await connectRedis(redis.url, logger, 10_000);
  await using observer = await connectRedis(redis.url, logger, 10_000);
  const first = connection.commands.set('x', '1').catch((fault: unknown) => fault);
  const second = connection.commands.wait(1, 0).catch((fault: unknown) => fault);
  while ((await observer.commands.get('x')) === null) await setImmediate();
  await redis.restart();
  expect(await first).toBe('OK');
  expect(isOutage(await second)).toBe(true);
});

test('every fault of a command while Redis is away is an outage', async () => {
  await using redis = await startRedis();
  await using connection = await connectRedis(redis.url, logger, 10_000);
  const faults: unknown[] = [];
  await redis.kill();
  await connection.commands.get('x').catch((fault: unknown) => faults.push(fault));
  expect(faults.map(isOutage)).toEqual([true]);
}, 60_000);

test.each([
  ...['25006', '40001', '40P01', '53100', '53200', '53300', '55P03', '57014', '57P01', '57P03', '58030', '08006'],
  ...['ENOSPC', 'EROFS', 'EDQUOT', 'EIO', 'ECONNREFUSED', 'ETIMEDOUT'],
])('%s is an outage, even below wrappers', (code) => {
  const fault = Object.assign(new Error('x'), { code });
  expect(isOutage(new Error('wrapped', { cause: new AggregateError([fault]) }))).toBe(true);
});

test.each(['22021', '22003', '23505', '42P01', '54000', 'ENOENT'])(
  '%s is not an outage: a retry would fail the same way',
  (code) => {
    expect(isOutage(Object.assign(new Error('x'), { code }))).toBe(false);
  },
);

test('a PostgreSQL that neither responds nor closes is an outage, and costs no connection of the pool', async () => {
  await using postgres = await startPostgres();
  await using wire = await startTcpProxy(await postgres.createDatabase());
  await using database = await openPostgresql({ url: wire.url, poolSize: 2, silenceMs: 500 }, []);
  await database.ping();
  wire.stall();
  const faults = await Promise.all(
    [
      database.call('select 1', []),
      database.asSystem((em) => em.execute('select 1')),
      database.asSystem((em) => em.execute('select 1')),
    ].map((work) => work.catch((fault: unknown) => fault)),
  );
  expect(faults.map(isOutage)).toEqual([true, true, true]);
  wire.resume();
  await Promise.all([1, 2, 3, 4].map((value) => database.call('select ?::int as value', [value])));
}, 60_000);

test('a read-only PostgreSQL is not ready, and its refusals are outages', async () => {
  await using postgres = await startPostgres();
  const url = await postgres.createDatabase();
  await using database = await openPostgresql({ url, poolSize: 2 }, [fixtureTables]);
  await database.ping();
  await postgres.setReadOnly(true);
  await vi.waitFor(() => expect(database.ping()).rejects.toThrow('read-only'), { timeout: 20_000 });
  const remove = () => database.asSystem((em) => em.execute('delete from fixture.rows'));
  expect(isOutage(await remove().catch((fault: unknown) => fault))).toBe(true);
  await postgres.setReadOnly(false);
  await vi.waitFor(remove, { timeout: 20_000 });
  await database.ping();
}, 60_000);

test('a Redis that neither responds nor closes is an outage, for commands and for listeners', async () => {
  await using wire = await startTcpProxy(await sharedService('redis'));
  await using connection = await connectRedis(wire.url, logger, 10_000, 300);
  const interrupted = Promise.withResolvers<void>();
  await connection.channels.subscribe('quiet', { message: () => undefined, interrupted: interrupted.resolve });
  wire.stall();
  expect(isOutage(await connection.commands.get('x').catch((fault: unknown) => fault))).toBe(true);
  await expect(connection.ping()).rejects.toThrow();
  wire.resume();
  await interrupted.promise;
  await connection.ping();
}, 60_000);

test('a Redis that may not write is not ready, and its refusals are outages', async () => {
  await using redis = await startRedis();
  await using connection = await connectRedis(redis.url, logger, 10_000);
  await connection.ping();
  for (const [setting, value, undone] of [
    ['maxmemory', '1', '0'],
    ['min-replicas-to-write', '1', '0'],
  ] as const) {
    await sendRedis(redis.url, 'config', 'set', setting, value);
    await expect(connection.ping()).rejects.toThrow();
    expect(isOutage(await connection.commands.set('x', '1').catch((fault: unknown) => fault))).toBe(true);
    await sendRedis(redis.url, 'config', 'set', setting, undone);
    await connection.ping();
  }
});
