/** Messages that an earlier version indexed, on both databases: as an upgrade finds them. */
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Database } from '#kernel/database/database.ts';
import { openPglite } from '#kernel/database/pglite.ts';
import { openPostgresql } from '#kernel/database/postgresql.ts';
import { createDirectory } from '#tests/services/directory.ts';
import { copyCluster } from '#tests/services/embedded-cluster/copy-cluster.ts';
import { sharedService } from '#tests/services/shared-services.ts';
import { logger } from '../conversations.fixture.ts';
import { ConversationEntity, conversationsTables, MessageEntity } from '../entities.ts';
import { reindexMessages, startReindexing } from './reindex-messages.ts';

/** What the version before indexed, without the triggers' doing. */
const formerIndexSql = `update conversations.messages set
  search = to_tsvector('simple', regexp_replace(left(content, 50000), '(\\S{64})', '\\1 ', 'g'))`;
const restartSql = `update conversations.reindexing set tenant_id = default, message_id = default, done_at = null`;

describe.each(['pglite', 'postgres'] as const)('on %s', (kind) => {
  const stack = new AsyncDisposableStack();
  let database: Database;
  const tenants = [uuidv7(), uuidv7()];
  const userId = uuidv7();
  const texts = ['東京都に住む', 'un café', 'plain words', 'well 👍🏽', '', 'ไทย'];
  const queries = ['京都', 'cafe', 'plain', '👍', 'ไ'];
  beforeAll(async () => {
    const directory = stack.use(await createDirectory());
    database = stack.use(
      kind === 'pglite'
        ? await openPglite(await copyCluster(directory.path), [conversationsTables])
        : await openPostgresql({ url: await sharedService('postgres'), poolSize: 4 }, [conversationsTables]),
    );
    for (const tenantId of tenants) {
      const [id, createdAt] = [uuidv7(), new Date()];
      const em = database.forTenant(tenantId);
      await em.insert(ConversationEntity, {
        ...{ id, tenantId, ownerId: userId, createdAt, updatedAt: createdAt },
        ...{ pinned: false, archived: false, legalHold: false },
      });
      for (const content of texts) {
        const messageId = uuidv7();
        await em.insert(MessageEntity, {
          ...{ id: messageId, tenantId, conversationId: id, branchId: messageId, depth: 1, pathLength: 0 },
          ...{ role: 'USER', content, status: 'COMPLETED', lastSeq: 0, createdAt },
        });
      }
    }
  });
  beforeEach(() =>
    database.asSystem(async (em) => {
      await em.execute(formerIndexSql);
      await em.execute(restartSql);
    }),
  );
  afterAll(() => stack.disposeAsync());

  /** How many messages each of the queries finds, for each tenant. */
  const found = async () => {
    const sql = 'select count(*)::int as count from conversations.find_messages(?, ?, null, null, 50)';
    const counts: number[][] = [];
    for (const tenantId of tenants) {
      const rows = queries.map((query) =>
        database.forTenant(tenantId).execute<{ count: number }[]>(sql, [query, userId]),
      );
      counts.push((await Promise.all(rows)).map(([row]) => row?.count ?? 0));
    }
    return counts;
  };
  const [before, after] = [
    [0, 0, 1, 0, 1],
    [1, 1, 1, 1, 1],
  ];
  const plainRows = () =>
    database.asSystem((em) =>
      em.execute(`select ctid::text from conversations.messages where content in ('plain words', '') order by id`),
    );

  test('finds them after batches, each of which goes on where the one before ended, and leaves the others alone', async () => {
    expect(await found()).toEqual([before, before]);
    const plain = await plainRows();
    const outcomes: string[] = [];
    for (let outcome = 'MORE'; outcome === 'MORE'; outcomes.push(outcome)) outcome = await reindexMessages(database, 5);
    expect(outcomes).toEqual(['MORE', 'MORE', 'MORE', 'DONE']);
    expect(await found()).toEqual([after, after]);
    expect(await plainRows()).toEqual(plain);
    expect(await reindexMessages(database)).toBe('DONE');
  });

  test('a batch has few bytes, and at least one message', async () => {
    const batch = (bytes: number) =>
      database.asSystem((em) => em.execute('select conversations.reindex_messages(100, ?) as outcome', [bytes]));
    // The empty text goes with the one after it.
    for (const _ of texts.slice(1)) {
      expect(await batch(1)).toEqual([{ outcome: 'MORE' }]);
    }
    expect(await found()).toEqual([after, before]);
  });

  test('happens in the background of a process', async () => {
    await using _ = startReindexing({ database, logger }, 1);
    await vi.waitFor(async () => expect(await found()).toEqual([after, after]), 10_000);
  });

  test.runIf(kind === 'postgres')('waits neither for another process nor for a message in use', async () => {
    const held = (sql: string) =>
      database.asSystem(async (em) => {
        await em.execute(sql);
        return reindexMessages(database);
      });
    expect(await held('select from conversations.reindexing for update')).toBe('BUSY');
    expect(await held('select from conversations.messages limit 1 for update')).toBe('BUSY');
    expect(await found()).toEqual([before, before]);
    expect(await reindexMessages(database)).toBe('MORE');
    expect(await found()).toEqual([after, after]);
  });
});
