/** Search in any script, and over hostile texts, on both databases: each is stored quickly, and found. */
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '#kernel/database/database.ts';
import { openPglite } from '#kernel/database/pglite.ts';
import { openPostgresql } from '#kernel/database/postgresql.ts';
import { createDirectory } from '#tests/services/directory.ts';
import { copyCluster } from '#tests/services/embedded-cluster/copy-cluster.ts';
import { sharedService } from '#tests/services/shared-services.ts';
import { ConversationEntity, conversationsTables, MessageEntity } from '../entities.ts';
import { searchMessages } from './search-messages.ts';

const [tenantId, userId] = [uuidv7(), uuidv7()];
const distinct = (count: number): string => Array.from({ length: count }, (_, index) => index.toString(36)).join(' ');
/** 100,000 characters, which repeat after `count`. */
const characters = (first: number, count: number): string =>
  Array.from({ length: 100_000 }, (_, index) => String.fromCodePoint(first + ((index * 7_919) % count))).join('');
const hostileTexts: readonly (readonly [string, string])[] = [
  ['letters joined by underscores', 'a_'.repeat(50_000)],
  ['letters joined by hyphens', 'a-'.repeat(50_000)],
  ['letters', 'a'.repeat(100_000)],
  ['dashes', '-'.repeat(100_000)],
  ['emoji', '🙂'.repeat(50_000)],
  ['addresses', 'a@'.repeat(50_000)],
  ['a ligature that is eighteen letters', '\ufdfa'.repeat(100_000)],
  ['one Han character', '東'.repeat(100_000)],
  ['different Han characters', characters(0x4e00, 20_000)],
  ['different characters beyond the basic plane', characters(0x20000, 40_000)],
  ['pairs of them', characters(0x20000, 40_000).replaceAll(/(..)/gu, '$1 ')],
  ['Han and Latin letters by turns', 'a東'.repeat(50_000)],
  ['different emoji', characters(0x1f300, 1_700)],
  ['Hangul', characters(0xac00, 11_172)],
  ['decomposed Hangul', '\u1112\u1161\u11ab'.repeat(33_000)],
  ['Thai', 'กี้ภาษาไทย'.repeat(10_000)],
  ['combining marks after a letter', `a${'\u0301'.repeat(100_000)}`],
  ['combining marks in the wrong order', `a${'\u0591\u0f71'.repeat(50_000)}`],
  ['Thai vowels and tones in the wrong order', `ก${'\u0e48\u0e38'.repeat(50_000)}`],
  ['signs that are three when composed', '\u{1d160}'.repeat(100_000)],
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
        ? await openPglite(await copyCluster(directory.path), [conversationsTables])
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
  const find = (terms: string, tenant = tenantId, name = 'find_messages', owner = userId) =>
    database.forTenant(tenant).transactional(async (em) => {
      await em.execute(bounded);
      return em.execute<{ message_id: string; snippet?: string }[]>(
        `select * from conversations.${name}(terms => ?, owner => ?, least_rank => null, least_id => null, page => 50)`,
        [terms, owner],
      );
    });
  /** As a client gets them. */
  const search = async (query: string) => {
    await find(query);
    const { edges } = await searchMessages(
      database,
      { tenantId, userId, roles: ['USER'], scopes: [] },
      { query },
      (ids) => Promise.all(ids.map((id) => database.forTenant(tenantId).findOne(MessageEntity, { id }))),
    );
    return edges.map((edge) => ({ message_id: edge?.node.message.id, snippet: edge?.node.snippet }));
  };

  test.each(hostileTexts)('a question of %s is stored, and found by its first word', async (_, text) => {
    const word = `word${uuidv7().slice(-12)}`;
    const id = await write(`${word} ${text}`);
    const [hit, ...more] = await search(word);
    expect([hit?.message_id, more]).toEqual([id, []]);
    expect(hit?.snippet).toContain(`<mark>${word}</mark>`);
  });

  test.each(hostileTexts)(
    'a reply of %s is stored by finish_reply, without its reasoning in the index',
    async (_, text) => {
      const word = `word${uuidv7().slice(-12)}`;
      const id = await write('', 'ASSISTANT');
      const stored = await database.asSystem(async (em) => {
        await em.execute(bounded);
        return em.execute(
          `select outcome from conversations.finish_reply(
          ?, ?, ?, ?, 'PARTIAL', 'ERROR', null, null, 1, now(), null, ?, false)`,
          [tenantId, conversationId, id, `${word} ${text}`, `thought${word}`],
        );
      });
      expect(stored).toEqual([{ outcome: 'STORED' }]);
      expect(await search(`thought${word}`)).toEqual([]);
      expect((await search(word)).map((hit) => hit.message_id)).toEqual([id]);
    },
  );

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

  const scripts: readonly (readonly [string, string, readonly string[], readonly string[]])[] = [
    [
      'Han inside a sentence',
      '私は東京都に住んでいます。',
      ['東京', '東京都', '東', '都', '住ん', '"東京都に"', '東京 -大阪', '大阪 or 東京', '東京\u3000住んで'],
      ['京東', '大阪', '"都京"', '"東京に"', '住ん -東京都', '住ん -"東京都"'],
    ],
    ['a Han character at the end of a run', '関東 abc', ['東', '関東', '"関東 abc"'], ['東関', '"東 関東"']],
    ['kana', 'カタカナとひらがな', ['カナ', 'ひらがな', 'と'], ['カカ', 'らひ']],
    ['kana whose voicing is a sign of its own', 'か\u3099っこう', ['がっこう', 'か\u3099っ'], ['かっ']],
    ['half-width kana', 'ﾄｳｷｮｳﾀﾞﾜｰ', ['ｷｮｳ', 'ﾀﾞ'], ['ﾀﾜ']],
    ['Hangul with a particle', '나는 한국어를 배운다', ['한국어', '국어', '한국'], ['국한', '배한']],
    ['decomposed Hangul', '한국어를'.normalize('NFD'), ['한국어', '한국'.normalize('NFD')], ['하']],
    ['Thai', 'ฉันรักภาษาไทยมาก', ['ภาษาไทย', 'ไทย', 'รัก'], ['ไทภา']],
    ['Lao, Khmer and Myanmar', 'ພາສາລາວ ភាសាខ្មែរ မြန်မာဘာသာ', ['ລາວ', 'ខ្មែរ', 'ဘာသာ'], ['ວລາ', 'រខ្មែ']],
    ['Han beyond the basic plane', '彼は𠮷野家と𩸽が好き', ['𠮷野家', '𠮷', '𩸽'], ['野𠮷']],
    [
      'Han beside Latin letters',
      'iPhone用ケースorカバー',
      ['iphone', '用ケース', 'iPhone用', '"iphone用"', 'カバー'],
      ['iPhone用カバ用'],
    ],
    [
      'emoji',
      'Well done👍🏽 all ❤️',
      ['👍', '👍🏽', '👍🏿', '❤', '❤️', 'done👍', '"👍 all"'],
      ['👎', 'well -👍', '"all 👍"'],
    ],
    ['a family of emoji', 'x👨\u200d👩\u200d👧y', ['👨\u200d👩\u200d👧', '👩', 'x', 'y'], ['👦']],
    ['an accent', 'Un café à Noël, Việt Nam', ['cafe', 'CAFÉ', 'cafe\u0301', 'noel', 'viet'], ['caf', 'cafe -noël']],
    ['an accent that is a character of its own', 'Un cafe\u0301 ici', ['cafe', 'café'], ['caf']],
    ['no accent', 'The cafe naive', ['café', 'naïve', '"café naïve"'], ['cafés']],
    ['other alphabets', 'Ещё чай, Ελλάδα', ['еще', 'ЕЩЁ', 'ελλαδα'], ['ещ']],
  ];
  test.each(scripts)('finds %s', async (_, text, finding, missing) => {
    const id = await write(text);
    for (const query of finding) {
      const hit = (await search(query)).find(({ message_id }) => message_id === id);
      expect([query, hit?.snippet]).toEqual([query, expect.stringContaining('<mark>')]);
      expect(hit?.snippet?.replaceAll(/<\/?mark>/g, '')).toBe(text);
    }
    for (const query of missing) {
      const hit = (await search(query)).find(({ message_id }) => message_id === id);
      expect([query, hit]).toEqual([query, undefined]);
    }
  });

  test('excludes a long word as a whole', async () => {
    const [word, long] = [`word${uuidv7().slice(-12)}`, 'x'.repeat(64)];
    const id = await write(`${word} ${long}1`);
    expect((await search(`${word} -${long}2`)).map((hit) => hit.message_id)).toEqual([id]);
    expect(await search(`${word} -${long}1`)).toEqual([]);
    expect(await search(`${word} "${long}2"`)).toEqual([]);
    expect((await search(`${word} "${long}1"`)).map((hit) => hit.message_id)).toEqual([id]);
  });

  test('takes any query', async () => {
    const parts = [
      '東',
      '"',
      '-',
      ' or ',
      '👍',
      'é',
      '\u0301',
      "'",
      '\\',
      '|&!():*<->',
      'a_',
      '\u3000',
      '\u0000'.slice(1),
      'กี้',
    ];
    for (const one of parts) {
      for (const other of parts) await find(`${one}${other}${one} `.repeat(40).slice(0, 200));
    }
  });

  test('finds nothing of another tenant or user', async () => {
    const word = `語${uuidv7().slice(-12)}`;
    const id = await write(`言${word}`);
    expect((await find(word)).map((hit) => hit.message_id)).toEqual([id]);
    expect(await find(word, uuidv7())).toEqual([]);
    expect(await find(word, tenantId, 'find_messages', uuidv7())).toEqual([]);
  });

  test('the index serves the function’s role, a single character included', async () => {
    const plan = await database.asSystem(async (em) => {
      await em.execute('set local enable_seqscan = off');
      return em.execute(
        `explain select id from conversations.messages where search @@ conversations.search_query('東 京都')`,
      );
    });
    expect(JSON.stringify(plan)).toContain('Bitmap Index Scan on messages_search');
    const owner = `select proowner::regrole::text as role from pg_proc where proname = 'find_messages'`;
    expect(await database.asSystem((em) => em.execute(owner))).toEqual([{ role: 'app_system' }]);
  });

  test('a process of the version before finds the same, with snippets of the words as they are', async () => {
    const word = `word${uuidv7().slice(-12)}`;
    const id = await write(`${word} 東京都 café`);
    const hits = await find(`${word} 東京 cafe`, tenantId, 'search_messages');
    expect(hits).toMatchObject([{ message_id: id, snippet: `<mark>${word}</mark> 東京都 café` }]);
  });
});
