import { Pool } from 'pg';
import { expect, test, vi } from 'vitest';
import { createDirectory } from '#tests/services/directory.ts';
import { freePort } from '#tests/services/ports.ts';
import { startPostgres } from '#tests/services/postgres.ts';
import { sharedService } from '#tests/services/shared-services.ts';
import { startTcpProxy } from '#tests/services/tcp-proxy.ts';
import { databaseContract } from './database.contract.ts';
import { fixtureTables } from './database.fixture.ts';
import { openDatabase } from './open-database.ts';
import { openPglite } from './pglite.ts';
import { openPostgresql } from './postgresql.ts';

databaseContract('PGlite', async (stack) => {
  const directory = stack.use(await createDirectory());
  return openPglite(directory.path, [fixtureTables]);
});

databaseContract('PostgreSQL', async () => {
  const url = await sharedService('postgres');
  return openPostgresql({ url, poolSize: 8 }, [fixtureTables]);
});

test('several processes that start at once migrate once', async () => {
  const url = await sharedService('postgres');
  const opened = await Promise.all(
    Array.from({ length: 4 }, () => openPostgresql({ url, poolSize: 2 }, [fixtureTables])),
  );
  const [first] = opened;
  const names = await first?.asSystem((em) => em.execute('select count(*)::int as count from fixture.rows'));
  expect(names).toEqual([{ count: 0 }]);
  await Promise.all(opened.map((database) => database[Symbol.asyncDispose]()));
});

test('a start whose connection is lost while it waits to migrate is tried again', async () => {
  await using server = await startPostgres();
  const url = await server.createDatabase();
  await using wire = await startTcpProxy(url);
  const other = new Pool({ connectionString: url, max: 1 });
  const holder = await other.connect();
  await holder.query('select pg_advisory_lock(1885434476)');
  const opening = openDatabase(
    { DATABASE_URL: wire.url, DATABASE_POOL_SIZE: 2, DATA_DIR: 'unused', SERVICE_START_TIMEOUT_MS: 20_000 },
    [fixtureTables],
  );
  await vi.waitFor(async () => {
    const { rows } = await holder.query("select 1 from pg_locks where locktype = 'advisory' and not granted");
    expect(rows).toHaveLength(1);
  });
  wire.cut();
  holder.release(true);
  await other.end();
  await using database = await opening;
  await database.ping();
});

test.each([
  ['does not respond', false],
  ['ends each connection, as one that shuts down', true],
])('a server that %s is reported in a sentence that says what to do', async (_, responds) => {
  await using stack = new AsyncDisposableStack();
  const nobody = `postgres://nobody@127.0.0.1:${await freePort()}/none`;
  const config = {
    DATABASE_URL: responds ? stack.use(await startTcpProxy(nobody)).url : nobody,
    DATABASE_POOL_SIZE: 2,
    DATA_DIR: 'unused',
    SERVICE_START_TIMEOUT_MS: 300,
  };
  await expect(openDatabase(config, [fixtureTables])).rejects.toThrow(
    /PostgreSQL at 127\.0\.0\.1:\d+ did not respond within 300 ms: .* is DATABASE_URL right\?/,
  );
});
