/**
 * Rows that would take too long to make through the API, written past row level security as the API would have written
 * them.
 */
import type { PoolClient } from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import type { Stand } from './stand.ts';

/** Empty conversations of one user. They have titles, so that no reply is followed by the making of one. */
export const seedConversations = async (stand: Stand, userId: string, count: number): Promise<readonly string[]> => {
  const ids = Array.from({ length: count }, () => uuidv7());
  await stand.sql.query(
    `insert into conversations.conversations (id, tenant_id, owner_id, title) select id, $2, $3, 'bench' from unnest($1::uuid[]) as id`,
    [ids, stand.tenantId, userId],
  );
  return ids;
};

/** Replies that wait for ever, one in each conversation. Gives their ids. */
export const seedWaitingReplies = async (
  stand: Stand,
  conversations: readonly string[],
): Promise<readonly string[]> => {
  const ids = conversations.map(() => uuidv7());
  await stand.sql.query(
    `insert into conversations.messages (id, tenant_id, conversation_id, branch_id, depth, path_length, role, content, status, dispatched_at)
    select id, $3, conversation, id, 1, 0, 'ASSISTANT', '', 'QUEUED', now() from unnest($1::uuid[], $2::uuid[]) as row (id, conversation)`,
    [ids, conversations, stand.tenantId],
  );
  return ids;
};

/** The messages of a long conversation by their depth: the first byte is the conversation's, the rest the depth. */
const messageId = (number: number, depth: string): string =>
  `('019${number.toString(16)}0000-0000-7000-8000-' || lpad(to_hex(${depth}), 12, '0'))::uuid`;

const indexSchema = z.array(z.object({ name: z.string(), definition: z.string() }));

/** Takes the plain indexes of messages away while much is written, and makes them again. */
const withoutIndexes = async (database: PoolClient, write: () => Promise<void>): Promise<void> => {
  const { rows } = await database.query(
    `select indexname as name, indexdef as definition from pg_indexes
    where schemaname = 'conversations' and tablename = 'messages' and indexname !~ '_(key|pkey)$'`,
  );
  const indexes = indexSchema.parse(rows);
  for (const { name } of indexes) await database.query(`drop index conversations.${name}`);
  await write();
  await database.query("set maintenance_work_mem = '256MB'");
  for (const { definition } of indexes) await database.query(definition);
};

/** Messages at the end of a long conversation that have their usage and their verdict: more than a page shows. */
const judgedMessages = 10_000;

/**
 * One conversation of so many messages in a row; the latest replies have their usage and the latest messages their
 * verdict.
 * @param number of this conversation, 0 to 15
 */
export const seedLongConversation = async (
  stand: Stand,
  userId: string,
  number: number,
  messages: number,
): Promise<string> => {
  const [id] = await seedConversations(stand, userId, 1);
  if (id === undefined) throw new Error('a conversation was made');
  const database = await stand.sql.connect();
  try {
    // Rows in foreign key order need no check of each.
    await database.query('set session_replication_role = replica');
    const parameters = [id, stand.tenantId, messages];
    const insertMessages = () =>
      database.query(
        `insert into conversations.messages (id, tenant_id, conversation_id, parent_id, branch_id, depth, path_length, role,
        content, status, finish_reason, model_id, last_seq, created_at, completed_at)
      select ${messageId(number, 'depth')}, $2, $1, case when depth > 1 then ${messageId(number, 'depth - 1')} end,
        ${messageId(number, '1')}, depth, depth * 5, case depth % 2 when 1 then 'USER' else 'ASSISTANT' end,
        'words', 'COMPLETED', case depth % 2 when 0 then 'STOP' end, case depth % 2 when 0 then 'openai/gpt-4o-mini' end,
        case depth % 2 when 0 then 3 else 0 end, now(), now()
      from generate_series(1, $3) as depth`,
        parameters,
      );
    await withoutIndexes(database, async () => {
      await insertMessages();
    });
    await database.query(
      `update conversations.conversations set head_id = ${messageId(number, '$3::integer')} where id = $1 and tenant_id = $2`,
      parameters,
    );
    await database.query(
      `insert into usage.usage_events (tenant_id, message_id, kind, user_id, conversation_id, attempt, status, model_id, provider, pool,
        input_tokens, cached_input_tokens, output_tokens, reasoning_tokens, counted_by, cost_usd, queue_wait_ms, duration_ms)
      select $2, ${messageId(number, 'depth')}, 'REPLY', $4, $1, 1, 'COMPLETED', 'openai/gpt-4o-mini', 'openai', 'EXTERNAL',
        10, 0, 10, 0, 'PROVIDER', 0.00001, 1, 1
      from generate_series(greatest(2, $3 - ${judgedMessages}), $3, 2) as depth`,
      [...parameters, userId],
    );
    await database.query(
      `insert into safety.verdicts (tenant_id, message_id, stage, conversation_id, action, categories, version)
      select $2, ${messageId(number, 'depth')}, case depth % 2 when 1 then 'INPUT' else 'OUTPUT' end, $1, 'ALLOW', '[]', 'bench'
      from generate_series(greatest(1, $3 - ${judgedMessages}), $3) as depth`,
      parameters,
    );
  } finally {
    await database.query('reset session_replication_role');
    database.release();
  }
  return id;
};
