/** Both databases count what a tenant stores, as it is stored. */
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '#kernel/database/database.ts';
import { openPglite } from '#kernel/database/pglite.ts';
import { openPostgresql } from '#kernel/database/postgresql.ts';
import { createDirectory } from '#tests/services/directory.ts';
import { copyCluster } from '#tests/services/embedded-cluster/copy-cluster.ts';
import { sharedService } from '#tests/services/shared-services.ts';
import { ConversationEntity, conversationsTables, MessageEntity } from '../entities.ts';
import { readStoredBytes, requireStorage } from './stored-bytes.ts';

/** Bytes counted for each message and conversation in addition to its text. */
const each = 256;

describe.each(['pglite', 'postgres'] as const)('on %s', (kind) => {
  const stack = new AsyncDisposableStack();
  let database: Database;
  beforeAll(async () => {
    const directory = stack.use(await createDirectory());
    database = stack.use(
      kind === 'pglite'
        ? await openPglite(await copyCluster(directory.path), [conversationsTables])
        : await openPostgresql({ url: await sharedService('postgres'), poolSize: 8 }, [conversationsTables]),
    );
  });
  afterAll(() => stack.disposeAsync());

  const stored = (tenantId: string): Promise<number> => readStoredBytes(database.forTenant(tenantId));
  const converse = async (tenantId: string, systemPrompt: string | null = null): Promise<string> => {
    const id = uuidv7();
    const now = new Date();
    await database.forTenant(tenantId).insert(ConversationEntity, {
      ...{ id, tenantId, ownerId: uuidv7(), systemPrompt, createdAt: now, updatedAt: now },
      ...{ pinned: false, archived: false, legalHold: false },
    });
    return id;
  };
  const write = async (tenantId: string, conversationId: string, content: string): Promise<string> => {
    const id = uuidv7();
    await database.forTenant(tenantId).insert(MessageEntity, {
      ...{ id, tenantId, conversationId, branchId: id, depth: 1, pathLength: 0, role: 'ASSISTANT', content },
      ...{ status: 'STREAMING', lastSeq: 0, createdAt: new Date() },
    });
    return id;
  };

  test('counts bytes of text that is written, changed, ended and deleted, for its tenant alone', async () => {
    const [tenantId, other] = [uuidv7(), uuidv7()];
    expect(await stored(tenantId)).toBe(0);
    const conversationId = await converse(tenantId, 'Be brief. é');
    let expected = each + 12;
    expect(await stored(tenantId)).toBe(expected);
    await database
      .forTenant(tenantId)
      .nativeUpdate(ConversationEntity, { id: conversationId }, { systemPrompt: null, pinned: true });
    expected -= 12;
    expect(await stored(tenantId)).toBe(expected);
    await write(tenantId, conversationId, '🙂 four bytes');
    expected += each + 15;
    expect(await stored(tenantId)).toBe(expected);
    const reply = await write(tenantId, conversationId, '');
    expected += each;
    const end = `select outcome from conversations.finish_reply(
      ?, ?, ?, ?, 'PARTIAL', 'ERROR', null, null, 1, now(), ?, 'thought', false)`;
    for (const outcome of ['STORED', 'KNOWN']) {
      const [row] = await database.call(end, [tenantId, conversationId, reply, 'x'.repeat(1_000), '[]']);
      expect(row).toEqual({ outcome });
    }
    expected += 1_000 + 2 + 7;
    expect(await stored(tenantId)).toBe(expected);
    await database.asSystem((em) =>
      em.execute(`insert into conversations.message_chunks values (?, ?, 1, '"12345678"'), (?, ?, 2, '{}')`, [
        ...[tenantId, reply, tenantId, reply],
      ]),
    );
    expect(await stored(tenantId)).toBe(expected + 12);
    expect(await stored(other)).toBe(0);
    await database.asSystem((em) =>
      em.execute('delete from conversations.message_chunks where message_id = ?', [reply]),
    );
    await database.asSystem((em) => em.nativeDelete(ConversationEntity, { id: conversationId }));
    // The count of kept stream events never shrinks.
    expect(await stored(tenantId)).toBe(12);
  });

  test('counts concurrent writes exactly', async () => {
    const tenantId = uuidv7();
    const ids = await Promise.all(Array.from({ length: 20 }, () => converse(tenantId)));
    await Promise.all(ids.flatMap((id) => Array.from({ length: 5 }, () => write(tenantId, id, 'x'.repeat(100)))));
    expect(await stored(tenantId)).toBe(20 * each + 100 * (each + 100));
  });

  test('concurrent statements that store many rows do not deadlock', async () => {
    const tenantId = uuidv7();
    const sql = `insert into conversations.conversations (id, tenant_id, owner_id) select gen_random_uuid(), ?, ?
      from generate_series(1, 200)`;
    const insert = () => database.asSystem((em) => em.execute(sql, [tenantId, uuidv7()]));
    await Promise.all(Array.from({ length: 24 }, insert));
    expect(await stored(tenantId)).toBe(24 * 200 * each);
  });
});

test('a text that does not fit any more is refused by its size in bytes', () => {
  expect(() => requireStorage(90, 'é'.repeat(5), 100)).not.toThrow();
  expect(() => requireStorage(90, 'é'.repeat(6), 100)).toThrow(
    expect.objectContaining({ code: 'QUOTA_EXCEEDED', details: { quota: 'TENANT_STORAGE' } }),
  );
});
