/**
 * Reads the messages of a conversation for an export, in pages whose number and bytes are bounded, so that memory does
 * not depend on the length of a conversation or of its replies. A page has one message at least.
 */
import type { EntityManager } from '@mikro-orm/sql';
import { z } from 'zod';
import type { Database } from '#kernel/database/database.ts';
import type { StreamLog } from '#kernel/stream-log/stream-log.ts';
import { type Message, MessageEntity } from '../entities.ts';
import { currentMessage } from '../replies/current-message.ts';

export interface ReadServices {
  readonly database: Database;
  readonly streamLog: StreamLog;
}

/** A stretch of the tree without forks, as far as it is read here. */
export interface Segment {
  readonly branchId: string;
  readonly fromDepth: number;
  readonly toDepth: number;
}

const pageMessages = 100;
const pageBytes = 4_000_000;

const columns = `id, tenant_id, conversation_id, parent_id, branch_id, depth, path_length, role, content, status,
  finish_reason, failure, model_id, generation, attachments, tool_calls, reasoning, reuse, log_id, last_seq, created_at,
  completed_at`;
const bytes = `octet_length(content) + coalesce(octet_length(reasoning), 0)
  + coalesce(octet_length(tool_calls::text), 0)`;

/** The messages of `from`, in an order, up to the bounds of a page. */
const pageSql = (from: string, order: string): string => `
  select ${columns} from (
    select *, sum(${bytes}) over (order by ${order}) - (${bytes}) as before
    from (select * from conversations.messages where ${from} order by ${order} limit ${pageMessages}) page
  ) measured
  where before < ${pageBytes} order by ${order}`;

const inOrder = pageSql(
  `conversation_id = ? and (created_at, depth, id) > (?::timestamptz, ?::integer, ?::uuid)`,
  'created_at, depth, id',
);
const ofSegment = pageSql('branch_id = ? and depth between ? and ?', 'depth');

const readPage = async (em: EntityManager, sql: string, parameters: readonly unknown[]): Promise<Message[]> =>
  (await em.execute<Record<string, unknown>[]>(sql, [...parameters])).map((row) => em.map(MessageEntity, row));

/** All versions of all branches, each parent before its children. Replies in flight are as their streams show them. */
export async function* readAllMessages(
  { database, streamLog }: ReadServices,
  tenantId: string,
  conversationId: string,
): AsyncGenerator<readonly Message[]> {
  let after: readonly unknown[] = ['-infinity', 0, '00000000-0000-0000-0000-000000000000'];
  for (;;) {
    const page = await readPage(database.forTenant(tenantId), inOrder, [conversationId, ...after]);
    const last = page.at(-1);
    if (!last) return;
    yield await Promise.all(page.map((message) => currentMessage(streamLog, message)));
    after = [last.createdAt.toISOString(), last.depth, last.id];
  }
}

/** The messages of a segment, from its root side on. */
export async function* readSegment(
  { database, streamLog }: ReadServices,
  tenantId: string,
  { branchId, fromDepth, toDepth }: Segment,
): AsyncGenerator<readonly Message[]> {
  for (let from = fromDepth; from <= toDepth; ) {
    const page = await readPage(database.forTenant(tenantId), ofSegment, [branchId, from, toDepth]);
    const last = page.at(-1);
    if (!last) return;
    yield await Promise.all(page.map((message) => currentMessage(streamLog, message)));
    from = last.depth + 1;
  }
}

const segmentsSql = `
  select m.branch_id, min(m.depth) as from_depth, max(m.depth) as to_depth, max(s.to_depth) as shown_to
  from conversations.messages m
  left join conversations.branch_segments(a_tenant => ?, a_tip => ?) s on s.branch_id = m.branch_id
  where m.conversation_id = ?
  group by m.branch_id order by min(m.created_at), min(m.depth), m.branch_id`;
const segmentsSchema = z.array(
  z.object({
    branch_id: z.string(),
    from_depth: z.number(),
    to_depth: z.number(),
    shown_to: z.number().nullable(),
  }),
);

/** The tree of a conversation as people read it: the current branch, then what branches off from it, oldest first. */
export const readTree = async (
  { database }: Pick<ReadServices, 'database'>,
  {
    tenantId,
    id,
    headId,
  }: { readonly tenantId: string; readonly id: string; readonly headId?: string | null | undefined },
): Promise<{ readonly current: readonly Segment[]; readonly others: readonly Segment[] }> => {
  const em = database.forTenant(tenantId);
  const rows = segmentsSchema.parse(await em.execute(segmentsSql, [tenantId, headId ?? null, id]));
  const current: Segment[] = [];
  const others: Segment[] = [];
  for (const { branch_id: branchId, from_depth: fromDepth, to_depth: toDepth, shown_to: shownTo } of rows) {
    if (shownTo !== null) current.push({ branchId, fromDepth, toDepth: Math.min(toDepth, shownTo) });
    const from = shownTo === null ? fromDepth : shownTo + 1;
    if (from <= toDepth) others.push({ branchId, fromDepth: from, toDepth });
  }
  current.sort((one, other) => one.fromDepth - other.fromDepth);
  return { current, others };
};
