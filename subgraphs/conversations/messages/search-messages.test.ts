/** Search over hostile texts, on both databases: each is stored quickly, and found by its first word. */
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '#kernel/database/database.ts';
import { openPglite } from '#kernel/database/pglite.ts';
import { openPostgresql } from '#kernel/database/postgresql.ts';
import { createDirectory } from '#tests/services/directory.ts';
import { sharedService } from '#tests/services/shared-services.ts';
import { ConversationEntity, conversationsTables, MessageEntity } from '../entities.ts';

const [tenantId, userId] = [uuidv7(), uuidv7()];
const distinct = (count: number): string => Array.from({ length: count }, (_, index) => index.toString(36)).join(' ');
const hostileTexts: readonly (readonly [string, string])[] = [
  ['letters joined by underscores', 'a_'.repeat(50_000)],
  ['letters joined by hyphens', 'a-'.repeat(50_000)],
  ['letters', 'a'.repeat(100_000)],
  ['dashes', '-'.repeat(100_000)],
  ['emoji', '🙂'.repeat(50_000)],
  ['addresses', 'a@'.repeat(50_000)],
  ['a ligature that is eighteen letters', '\ufdfa'.repeat(100_000)],
  ['140,000 different words', distinct(140_000)],
  ['2.3 MB of different words', distinct(420_000)],
];

describe.each(['pglite', 'postgres'] as const)('on %s', (kind) => {
  const stack = new AsyncDisposableStack();
  let database: Database;
  let conversationId: string;
  beforeAll(async () => {
    const directory = stack.use(await createDirectory());
    database = stack.use(
      kind === 'pglite'
        ? await openPglite(directory.path, [conversationsTables])
        : await openPostgresql({ url: await sharedService('postgres'), poolSize: 4 }, [conversationsTables]),
    );
    conversationId = uuidv7();
    const now = new Date();
    await database.forTenant(tenantId).insert(ConversationEntity, {
      ...{ id: conversationId, tenantId, ownerId: userId, createdAt: now, updatedAt: now },
      ...{ pinned: false, archived: false, legalHold: false },
    });
  });
  afterAll(() => stack.disposeAsync());

  /** Aborts slow statements: a text that is not bounded takes minutes. */
  const bounded = `set local statement_timeout = '5s'`;
  const write = (content: string, role: 'USER' | 'ASSISTANT' = 'USER') =>
    database.forTenant(tenantId).transactional(async (em) => {
      await em.execute(bounded);
      const id = uuidv7();
      await em.insert(MessageEntity, {
        ...{ id, tenantId, conversationId, branchId: id, depth: 1, pathLength: 0, role, content },
        ...{ status: role === 'USER' ? 'COMPLETED' : 'STREAMING', lastSeq: 0, createdAt: new Date() },
      });
      return id;
    });
  const search = (terms: string) =>
    database.forTenant(tenantId).transactional(async (em) => {
      await em.execute(bounded);
      return em.execute<{ message_id: string; snippet: string }[]>(
        'select message_id, snippet from conversations.search_messages(?, ?, null, null, 50)',
        [terms, userId],
      );
    });

  test.each(hostileTexts)('a question of %s is stored, and found by its first word', async (_, text) => {
    const word = `word${uuidv7().slice(-12)}`;
    const id = await write(`${word} ${text}`);
    const [hit, ...more] = await search(word);
    expect([hit?.message_id, more]).toEqual([id, []]);
    expect(hit?.snippet).toContain(`<mark>${word}</mark>`);
  });

  test.each(hostileTexts)('a reply of %s is stored by end_reply', async (_, text) => {
    const word = `word${uuidv7().slice(-12)}`;
    const id = await write('', 'ASSISTANT');
    const stored = await database.asSystem(async (em) => {
      await em.execute(bounded);
      return em.execute(
        `select outcome from conversations.end_reply(?, ?, ?, ?, 'PARTIAL', 'ERROR', null, null, 1, now(), null, false)`,
        [tenantId, conversationId, id, `${word} ${text}`],
      );
    });
    expect(stored).toEqual([{ outcome: 'STORED' }]);
    expect((await search(word)).map((hit) => hit.message_id)).toEqual([id]);
  });

  test('a snippet shows the words in their place, and phrases take no longer', async () => {
    const word = `word${uuidv7().slice(-12)}`;
    await write(`${'a b '.repeat(6_000)}${word} c ${'a b '.repeat(6_000)}`);
    const [hit] = await search(`"${word} c" a`);
    expect(hit?.snippet).toContain(`<mark>${word}</mark> <mark>c</mark>`);
    expect(hit?.snippet.length).toBeLessThan(1_000);
    for (const terms of [`"a b a b a b a b a b" ${word}`, 'a_'.repeat(100), '-'.repeat(200), `'' "`, '<->&|!']) {
      expect((await search(terms)).length).toBeLessThan(50);
    }
  });

  test('finds a word that is longer than an indexed piece, and finds nothing by a query that only excludes words', async () => {
    const long = `${'x'.repeat(70)}${uuidv7().slice(-12)}`;
    const id = await write(`see ${long} there`);
    expect((await search(long)).map((hit) => hit.message_id)).toEqual([id]);
    expect(await search('-nothing')).toEqual([]);
  });
});
