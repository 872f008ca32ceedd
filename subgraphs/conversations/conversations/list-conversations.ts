/** The list of the caller's conversations, newest change first, and one conversation by its id. */
import type { FilterQuery } from '@mikro-orm/sql';
import { validate } from 'uuid';
import { z } from 'zod';
import type { Identity } from '#contracts/identity.ts';
import type { Database } from '#kernel/database/database.ts';
import {
  decodeCursor,
  forwardPage,
  forwardPageSize,
  type Page,
  type PageArguments,
} from '#kernel/subgraph-server/paging.ts';
import { type Conversation, ConversationEntity } from '../entities.ts';
import { visibleTo } from './access.ts';

export interface ConversationFilter {
  readonly archived?: boolean | null | undefined;
  readonly pinned?: boolean | null | undefined;
  readonly deleted?: boolean | null | undefined;
  readonly titleContains?: string | null | undefined;
}

export interface ConversationListArguments extends PageArguments {
  readonly filter?: ConversationFilter | null | undefined;
}

const listCursor = z.tuple([z.iso.datetime(), z.uuid()]);

const likePattern = (part: string): string => `%${part.replaceAll(/[\\%_]/g, (match) => `\\${match}`)}%`;

const listConditions = ({ filter, after }: ConversationListArguments): FilterQuery<Conversation>[] => {
  const conditions: FilterQuery<Conversation>[] = [
    { archived: filter?.archived ?? false },
    { deletedAt: filter?.deleted ? { $ne: null } : null },
  ];
  if (filter?.pinned != null) conditions.push({ pinned: filter.pinned });
  if (filter?.titleContains) conditions.push({ title: { $ilike: likePattern(filter.titleContains) } });
  if (after) {
    const [updatedAt, id] = decodeCursor(listCursor, after, 'after');
    const moment = new Date(updatedAt);
    conditions.push({ $or: [{ updatedAt: { $lt: moment } }, { updatedAt: moment, id: { $lt: id } }] });
  }
  return conditions;
};

/** Throws BAD_USER_INPUT. */
export const listConversations = async (
  database: Database,
  identity: Identity,
  args: ConversationListArguments,
): Promise<Page<Conversation>> => {
  const size = forwardPageSize(args);
  const rows = await database
    .forTenant(identity.tenantId)
    .find(
      ConversationEntity,
      { $and: [{ ownerId: identity.userId }, ...listConditions(args)] },
      { orderBy: { updatedAt: 'desc', id: 'desc' }, limit: size + 1 },
    );
  return forwardPage(args, rows, (row) => [row.updatedAt.toISOString(), row.id]);
};

/** Null when there is none with this id, it is deleted, or the caller may not read it. */
export const findConversation = async (
  database: Database,
  identity: Identity,
  id: string,
): Promise<Conversation | null> =>
  validate(id)
    ? database
        .forTenant(identity.tenantId)
        .findOne(ConversationEntity, { $and: [{ id, deletedAt: null }, visibleTo(identity, 'read')] })
    : null;
