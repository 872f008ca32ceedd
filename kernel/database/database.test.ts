import { expect, test } from 'vitest';
import { conversationsSchema } from '../../subgraphs/conversations/entities.ts';
import { createDirectory } from '../../tests/services/directory.ts';
import { freePort } from '../../tests/services/ports.ts';
import { sharedService } from '../../tests/services/shared-services.ts';
import { startTcpProxy } from '../../tests/services/tcp-proxy.ts';
import { databaseContract } from './database.contract.ts';
import { openDatabase } from './open-database.ts';
import { openPglite } from './pglite.ts';
import { openPostgresql } from './postgresql.ts';

databaseContract('PGlite', async (stack) => {
  const directory = stack.use(await createDirectory());
  return openPglite(directory.path, [conversationsSchema]);
});

databaseContract('PostgreSQL', async () => {
  const url = await sharedService('postgres');
  return openPostgresql({ url, poolSize: 8 }, [conversationsSchema]);
});

test('several processes that start at once migrate once', async () => {
  const url = await sharedService('postgres');
  const opened = await Promise.all(
    Array.from({ length: 4 }, () => openPostgresql({ url, poolSize: 2 }, [conversationsSchema])),
  );
  const [first] = opened;
  const names = await first?.asSystem((em) =>
    em.execute('select count(*)::int as count from conversations.conversations'),
  );
  expect(names).toEqual([{ count: 0 }]);
  await Promise.all(opened.map((database) => database[Symbol.asyncDispose]()));
});

test.each([
  ['does not answer', false],
  ['ends each connection, as one that shuts down', true],
])('a server that %s is a sentence that says what to do', async (_, answers) => {
  await using stack = new AsyncDisposableStack();
  const nobody = `postgres://nobody@127.0.0.1:${await freePort()}/none`;
  const config = {
    DATABASE_URL: answers ? stack.use(await startTcpProxy(nobody)).url : nobody,
    DATABASE_POOL_SIZE: 2,
    DATA_DIR: 'unused',
    SERVICE_START_TIMEOUT_MS: 300,
  };
  await expect(openDatabase(config, [conversationsSchema])).rejects.toThrow(
    /PostgreSQL at 127\.0\.0\.1:\d+ did not answer within 300 ms: .* is DATABASE_URL right\?/,
  );
});
