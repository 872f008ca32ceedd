import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { conversationsSchema } from '../../subgraphs/conversations/entities.ts';
import { startPostgres } from '../../tests/services/postgres.ts';
import { startRedis } from '../../tests/services/redis.ts';
import { openDatabase } from '../database/open-database.ts';
import { createLogger } from '../log.ts';
import { maskError } from '../subgraph/mask-error.ts';
import { isOutage } from './outage.ts';
import { connectRedis } from './redis.ts';

const logger = createLogger('test', 'silent');

/** Does the work again and again on several lanes while the service is restarted; gives what was thrown. */
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

test('whatever a query says while PostgreSQL is restarted is an outage, and a wrong statement is none', async () => {
  await using postgres = await startPostgres();
  const config = { DATABASE_POOL_SIZE: 6, DATA_DIR: '', SERVICE_START_TIMEOUT_MS: 10_000 };
  const url = await postgres.createDatabase();
  await using database = await openDatabase({ ...config, DATABASE_URL: url }, [conversationsSchema]);
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

test('a command whose neighbour in the same write was answered before the connection died meets an outage', async () => {
  await using redis = await startRedis();
  await using connection = await connectRedis(redis.url, logger, 10_000);
  await using observer = await connectRedis(redis.url, logger, 10_000);
  const answered = connection.commands.set('x', '1').catch((fault: unknown) => fault);
  const waiting = connection.commands.wait(1, 0).catch((fault: unknown) => fault);
  while ((await observer.commands.get('x')) === null) await setImmediate();
  await redis.restart();
  expect(await answered).toBe('OK');
  expect(isOutage(await waiting)).toBe(true);
});

test('whatever a command says while Redis is away is an outage', async () => {
  await using redis = await startRedis();
  await using connection = await connectRedis(redis.url, logger, 10_000);
  const faults: unknown[] = [];
  await redis.kill();
  await connection.commands.get('x').catch((fault: unknown) => faults.push(fault));
  expect(faults.map(isOutage)).toEqual([true]);
}, 60_000);
