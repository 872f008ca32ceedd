/** A page of a tenant's tool calls, latest first, found by keyset: the last page is as fast as the first. */
import type { FilterQuery } from '@mikro-orm/sql';
import { validate } from 'uuid';
import { z } from 'zod';
import type { ToolCallStatus, ToolDecision } from '#contracts/stream-event.ts';
import type { Database } from '#kernel/database/database.ts';
import { AppError } from '#kernel/errors.ts';
import {
  decodeCursor,
  forwardPage,
  forwardPageSize,
  type Page,
  type PageArguments,
} from '#kernel/subgraph-server/paging.ts';
import { type RecordedToolCall, ToolCallEntity } from '../entities.ts';

export interface ToolCallFilter {
  readonly tool?: string | null | undefined;
  readonly mcpServer?: string | null | undefined;
  readonly status?: ToolCallStatus | null | undefined;
  readonly decision?: ToolDecision | null | undefined;
  readonly userId?: string | null | undefined;
  readonly since?: Date | null | undefined;
  readonly until?: Date | null | undefined;
}

export interface ToolCallListArguments extends PageArguments {
  readonly filter?: ToolCallFilter | null | undefined;
}

const callCursor = z.tuple([z.iso.datetime(), z.uuid(), z.string()]);

const conditionsOf = (filter: ToolCallFilter): FilterQuery<RecordedToolCall>[] => {
  const { tool, mcpServer: server, status, decision, userId, since, until } = filter;
  if (userId != null && !validate(userId)) {
    throw new AppError('BAD_USER_INPUT', '"filter.userId" is not a UUID.', { argument: 'filter.userId' });
  }
  return [
    ...(tool == null ? [] : [{ tool }]),
    ...(server == null ? [] : [{ server }]),
    ...(userId == null ? [] : [{ userId }]),
    ...(decision == null ? [] : [{ decision }]),
    // A call that runs has no row.
    ...(status == null ? [] : [{ status: { $in: status === 'RUNNING' ? [] : [status] } }]),
    ...(since == null ? [] : [{ calledAt: { $gte: since } }]),
    ...(until == null ? [] : [{ calledAt: { $lt: until } }]),
  ];
};

const afterCursor = (cursor: string): FilterQuery<RecordedToolCall> => {
  const [moment, messageId, callId] = decodeCursor(callCursor, cursor, 'after');
  const calledAt = new Date(moment);
  return {
    $or: [
      { calledAt: { $lt: calledAt } },
      { calledAt, messageId: { $lt: messageId } },
      { calledAt, messageId, callId: { $lt: callId } },
    ],
  };
};

/** Throws BAD_USER_INPUT. */
export const listToolCalls = async (
  database: Database,
  tenantId: string,
  args: ToolCallListArguments,
): Promise<Page<RecordedToolCall>> => {
  const size = forwardPageSize(args);
  const conditions = [...conditionsOf(args.filter ?? {}), ...(args.after == null ? [] : [afterCursor(args.after)])];
  const rows = await database.forTenant(tenantId).find(
    ToolCallEntity,
    { $and: conditions },
    {
      orderBy: { calledAt: 'desc', messageId: 'desc', callId: 'desc' },
      limit: size + 1,
    },
  );
  return forwardPage(args, rows, ({ calledAt, messageId, callId }) => [calledAt.toISOString(), messageId, callId]);
};
