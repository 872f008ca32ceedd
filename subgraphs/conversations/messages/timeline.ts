/** A page of a conversation's current branch. Cursors are depths, so a page is a range of depths. */
import { z } from 'zod';
import type { Identity } from '#contracts/identity.ts';
import type { Database } from '#kernel/database/database.ts';
import type { StreamLog } from '#kernel/stream-log/stream-log.ts';
import {
  decodeCursor,
  encodeCursor,
  type Page,
  type PageArguments,
  pageOf,
  pageSize,
} from '#kernel/subgraph-server/paging.ts';
import { type Conversation, type Message, MessageEntity } from '../entities.ts';
import { currentMessage } from '../replies/current-message.ts';
import { readBranch } from './branch.ts';

const depthCursor = z.int().positive();

/** The depths of the page, inclusive; empty when from > to. Throws BAD_USER_INPUT. */
export const pageRange = (tipDepth: number, args: PageArguments): { readonly from: number; readonly to: number } => {
  const { size, backward } = pageSize(args);
  const lower = args.after ? decodeCursor(depthCursor, args.after, 'after') + 1 : 1;
  const upper = Math.min(tipDepth, args.before ? decodeCursor(depthCursor, args.before, 'before') - 1 : tipDepth);
  if (backward) return { from: Math.max(lower, upper - size + 1), to: upper };
  return { from: lower, to: Math.min(upper, lower + size - 1) };
};

/** Messages in flight are as their streams show them. Throws BAD_USER_INPUT. The caller may read the conversation. */
export const readTimeline = async (
  { database, streamLog }: { readonly database: Database; readonly streamLog: StreamLog },
  { tenantId }: Identity,
  conversation: Conversation,
  args: PageArguments,
): Promise<Page<Message>> => {
  const em = database.forTenant(tenantId);
  const headId = conversation.deletedAt == null ? conversation.headId : undefined;
  const tip = headId ? await em.findOne(MessageEntity, { id: headId }, { fields: ['id', 'depth'] }) : null;
  const tipDepth = tip?.depth ?? 0;
  const { from, to } = pageRange(tipDepth, args);
  const rows = tip && from <= to ? await readBranch(em, tip.id, from, to) : [];
  const messages = await Promise.all(rows.map((row) => currentMessage(streamLog, row)));
  const edges = messages.map((node) => ({ node, cursor: encodeCursor(node.depth) }));
  return pageOf(edges, { hasPreviousPage: from > 1 && from <= tipDepth + 1, hasNextPage: to < tipDepth });
};
