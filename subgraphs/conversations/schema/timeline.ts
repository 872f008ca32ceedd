/** The connection of a branch's messages: cursors are depths, a page is a range of depths. */
import { z } from 'zod';
import { AppError } from '#kernel/errors.ts';
import { readBranch } from '../branch.ts';
import { type Conversation, type Message, MessageEntity } from '../entities.ts';
import { readMessage } from '../streams/in-flight.ts';
import type { ConversationsContext } from './context.ts';
import { decodeCursor, encodeCursor, pageSize } from './paging.ts';

export interface TimelineArguments {
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
  readonly last?: number | null | undefined;
  readonly before?: string | null | undefined;
}

const depthCursor = z.int().positive();

/** The depths of the page, inclusive; empty when from > to. */
export const pageRange = (
  tipDepth: number,
  args: TimelineArguments,
): { readonly from: number; readonly to: number } => {
  if (args.first != null && args.last != null) {
    throw new AppError('BAD_USER_INPUT', 'Give "first" or "last", not both.', { argument: 'last' });
  }
  const lower = args.after ? decodeCursor(depthCursor, args.after, 'after') + 1 : 1;
  const upper = Math.min(tipDepth, args.before ? decodeCursor(depthCursor, args.before, 'before') - 1 : tipDepth);
  if (args.last != null) return { from: Math.max(lower, upper - pageSize(args.last, 'last') + 1), to: upper };
  return { from: lower, to: Math.min(upper, lower + pageSize(args.first, 'first') - 1) };
};

export const resolveTimeline = async (
  conversation: Conversation,
  args: TimelineArguments,
  context: ConversationsContext,
) => {
  const em = context.services.database.forTenant(context.identity.tenantId);
  const tip = conversation.headId
    ? await em.findOne(MessageEntity, { id: conversation.headId }, { fields: ['id', 'depth'] })
    : null;
  const { from, to } = pageRange(tip?.depth ?? 0, args);
  const rows: readonly Message[] = tip && from <= to ? await readBranch(em, tip.id, from, to) : [];
  const messages = await Promise.all(rows.map((row) => readMessage(context.services.ports.streamLog, row)));
  const edges = messages.map((node) => ({ node, cursor: encodeCursor(node.depth) }));
  return {
    edges,
    pageInfo: {
      hasPreviousPage: from > 1 && from <= (tip?.depth ?? 0) + 1,
      hasNextPage: to < (tip?.depth ?? 0),
      startCursor: edges.at(0)?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
};
