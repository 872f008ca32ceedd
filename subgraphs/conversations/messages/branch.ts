/**
 * Reads a branch of the message tree. A branch is the path from the root to a tip, and has exactly one message at each
 * depth from 1 to the tip's. A branch consists of segments, stretches without forks whose messages share a `branch_id`.
 * A range of depths is therefore a range of an index, and a page costs the same however long the conversation is.
 */
import type { EntityManager } from '@mikro-orm/sql';
import { type Message, MessageEntity } from '../entities.ts';

/** From the tip to the root: one row for each segment of the branch, with the depths that belong to the branch. */
const segments = `
  with recursive segments as (
    select tip.branch_id, first.depth as from_depth, tip.depth as to_depth, first.parent_id
    from conversations.messages tip
    join conversations.messages first on first.id = tip.branch_id
    where tip.id = ?
    union all
    select fork.branch_id, first.depth, fork.depth, first.parent_id
    from segments s
    join conversations.messages fork on fork.id = s.parent_id
    join conversations.messages first on first.id = fork.branch_id
  )`;

/**
 * Messages of the branch that ends at `tipId` with `from` <= depth <= `to`, oldest first. The inner limit changes no
 * result: the planner cannot know how long a segment is, and the limit keeps it from scanning the whole table.
 */
export const readBranch = async (
  em: EntityManager,
  tipId: string,
  from: number,
  to: number,
): Promise<readonly Message[]> => {
  const rows = await em.execute<Record<string, unknown>[]>(
    `${segments}
    select m.*
    from segments s
    cross join lateral (
      select id, tenant_id, conversation_id, parent_id, branch_id, depth, path_length, role, content, status, finish_reason,
        failure, model_id, generation, attachments, tool_calls, reasoning, reuse, dispatched_at, stop_requested_at,
        log_id, last_seq, created_at, completed_at
      from conversations.messages
      where branch_id = s.branch_id and depth between greatest(s.from_depth, ?) and least(s.to_depth, ?)
      order by depth
      limit ?
    ) m
    order by m.depth`,
    [tipId, from, to, Math.max(0, to - from + 1)],
  );
  return rows.map((row) => em.map(MessageEntity, row));
};

/** The last message of the segment that holds this one: selecting a message shows its branch down to there. */
export const tipOfSegment = async (em: EntityManager, message: Message): Promise<Message> =>
  em.findOneOrFail(MessageEntity, { branchId: message.branchId }, { orderBy: { depth: 'desc' } });
