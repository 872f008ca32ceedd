/**
 * `node --expose-gc bench/export-memory.ts [conversations] [messages of each]`: how much the resident memory of a
 * process grows while it makes the archive of everything that is a user's, on a PostgreSQL of its own, and how long
 * that takes. The other subgraphs are stood in for by functions, so the figures are those of reading, writing and
 * compressing.
 */
import { rm } from 'node:fs/promises';
import { Client } from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { createDirectoryBlobs } from '#kernel/blobs/directory-blobs.ts';
import { openDatabase } from '#kernel/database/open-database.ts';
import { createLogger } from '#kernel/log.ts';
import { createEmbeddedStreamLog } from '#kernel/stream-log/embedded-stream-log.ts';
import { createDirectory } from '#tests/services/directory.ts';
import { startPostgres } from '#tests/services/postgres.ts';
import { conversationsTables } from '../subgraphs/conversations/entities.ts';
import { createExportWork } from '../subgraphs/conversations/exports/export-work.ts';
import { TransferEntity } from '../subgraphs/conversations/transfer-entities.ts';

const [conversations = 5_000, messages = 20] = process.argv.slice(2).map(Number);
const [tenantId, userId, transferId] = [uuidv7(), uuidv7(), uuidv7()];
const mebibytes = (bytes: number): string => (bytes / 1_048_576).toFixed(1);

/** About a kilobyte of words that do not repeat too well. */
const text = `(select string_agg(md5(random()::text || part), ' ') from generate_series(1, 30) part where m > 0)`;
const seed = [
  `alter table conversations.messages disable trigger index_text`,
  `insert into conversations.conversations (id, tenant_id, owner_id, title, created_at)
   select gen_random_uuid(), '${tenantId}', '${userId}', 'Conversation ' || n, now() - n * interval '1 minute'
   from generate_series(1, ${conversations}) n`,
  `insert into conversations.messages
     (id, tenant_id, conversation_id, parent_id, branch_id, depth, path_length, role, content, status, created_at)
   select ('00000000-0000-7000-8000-' || right(c.id::text, 8) || lpad(m::text, 4, '0'))::uuid, c.tenant_id, c.id,
     case when m > 1 then ('00000000-0000-7000-8000-' || right(c.id::text, 8) || lpad((m - 1)::text, 4, '0'))::uuid end,
     ('00000000-0000-7000-8000-' || right(c.id::text, 8) || '0001')::uuid, m, 0,
     case when m % 2 = 1 then 'USER' else 'ASSISTANT' end, ${text}, 'COMPLETED', c.created_at + m * interval '1 second'
   from conversations.conversations c cross join generate_series(1, ${messages}) m`,
  `update conversations.conversations c
   set head_id = ('00000000-0000-7000-8000-' || right(c.id::text, 8) || lpad('${messages}', 4, '0'))::uuid`,
];

await using stack = new AsyncDisposableStack();
const logger = createLogger('bench', 'error');
const directory = stack.use(await createDirectory());
const postgres = stack.use(await startPostgres());
const config = { DATABASE_URL: postgres.url, DATABASE_POOL_SIZE: 5, DATA_DIR: directory.path };
const database = stack.use(await openDatabase({ ...config, SERVICE_START_TIMEOUT_MS: 10_000 }, [conversationsTables]));
const streamLog = stack.use(await createEmbeddedStreamLog({ dataDirectory: directory.path, logger }));
const blobs = stack.use(createDirectoryBlobs(directory.path));

const sql = new Client({ connectionString: postgres.url });
await sql.connect();
sql.on('error', () => {});
for (const statement of seed) await sql.query(statement);
await sql.end();

const noUsage = { inputTokens: 900, cachedInputTokens: 0, cacheWriteTokens: 0, outputTokens: 250, reasoningTokens: 0 };
const usage = { ...noUsage, costUsd: '0.000150', savedUsd: '0' };
const work = createExportWork({
  ...{ database, streamLog, blobs, logger },
  access: { admit: (identity) => identity },
  accountEntries: () => [],
  loadUsage: async (_, ids) => new Map(ids.map((id) => [id, usage])),
  files: { async *list() {}, ready: async () => [], find: async () => null },
});
const transfer = await database.asSystem(async (em) =>
  em.create(TransferEntity, {
    ...{ id: transferId, tenantId, userId, kind: 'DATA_EXPORT', status: 'RUNNING', holder: uuidv7() },
    ...{ done: 0, attempts: 1, createdAt: new Date() },
  }),
);

globalThis.gc?.();
const before = process.memoryUsage().rss;
let highest = before;
const sampling = setInterval(() => {
  highest = Math.max(highest, process.memoryUsage().rss);
}, 20);
const began = performance.now();
const { byteSize } = await work.run({ transfer, signal: new AbortController().signal, progress: () => {} });
const seconds = (performance.now() - began) / 1000;
clearInterval(sampling);
await rm(directory.path, { recursive: true, force: true });
process.stdout.write(
  [
    `${conversations} conversations of ${messages} messages: ${seconds.toFixed(1)} s, ${mebibytes(byteSize ?? 0)} MiB`,
    `resident memory grew by ${mebibytes(highest - before)} MiB, from ${mebibytes(before)} to ${mebibytes(highest)} MiB`,
    '',
  ].join('\n'),
);
