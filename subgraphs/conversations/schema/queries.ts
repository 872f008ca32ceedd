/** Query fields: one conversation, the list, one message, and full-text search. */
import type { FilterQuery } from '@mikro-orm/sql';
import { validate } from 'uuid';
import { z } from 'zod';
import { visibleTo } from '../access.ts';
import { type Conversation, ConversationEntity } from '../entities.ts';
import { builder } from './builder.ts';
import type { ConversationsContext } from './context.ts';
import { ConversationRef, MessageRef } from './message-type.ts';
import { decodeCursor, encodeCursor, pageSize, refuseBackward } from './paging.ts';
import { SearchHitRef, searchMessages } from './search.ts';

const ConversationFilter = builder.inputType('ConversationFilter', {
  description: 'Which conversations the list holds. Every condition given must hold.',
  fields: (t) => ({
    archived: t.boolean({ defaultValue: false, description: 'Archived ones instead of the others.' }),
    pinned: t.boolean({ description: 'Only pinned ones, or only the others.' }),
    deleted: t.boolean({
      defaultValue: false,
      description: 'Deleted ones, which can be restored, instead of the others.',
    }),
    titleContains: t.string({ description: 'Part of the title, in any case.' }),
  }),
});

interface ListArguments {
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
  readonly last?: number | null | undefined;
  readonly before?: string | null | undefined;
  readonly filter?: typeof ConversationFilter.$inferInput | null | undefined;
}

const listCursor = z.tuple([z.iso.datetime(), z.uuid()]);

const likePattern = (part: string): string => `%${part.replaceAll(/[\\%_]/g, (match) => `\\${match}`)}%`;

const listConditions = (args: ListArguments): FilterQuery<Conversation>[] => {
  const { filter } = args;
  const conditions: FilterQuery<Conversation>[] = [
    { archived: filter?.archived ?? false },
    { deletedAt: filter?.deleted ? { $ne: null } : null },
  ];
  if (filter?.pinned != null) conditions.push({ pinned: filter.pinned });
  if (filter?.titleContains) conditions.push({ title: { $ilike: likePattern(filter.titleContains) } });
  if (args.after) {
    const [updatedAt, id] = decodeCursor(listCursor, args.after, 'after');
    const moment = new Date(updatedAt);
    conditions.push({ $or: [{ updatedAt: { $lt: moment } }, { updatedAt: moment, id: { $lt: id } }] });
  }
  return conditions;
};

const listConversations = async (args: ListArguments, { identity, services }: ConversationsContext) => {
  refuseBackward(args);
  const size = pageSize(args.first, 'first');
  const rows = await services.database
    .forTenant(identity.tenantId)
    .find(
      ConversationEntity,
      { $and: [{ ownerId: identity.userId }, ...listConditions(args)] },
      { orderBy: { updatedAt: 'desc', id: 'desc' }, limit: size + 1 },
    );
  const edges = rows
    .slice(0, size)
    .map((node) => ({ node, cursor: encodeCursor([node.updatedAt.toISOString(), node.id]) }));
  return {
    edges,
    pageInfo: {
      hasNextPage: rows.length > size,
      hasPreviousPage: args.after != null,
      startCursor: edges.at(0)?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
};

builder.queryFields((t) => ({
  conversation: t.field({
    type: ConversationRef,
    nullable: true,
    description: 'One conversation; null when there is none with this id, it is deleted, or it is not yours.',
    args: { id: t.arg.id({ required: true, description: 'Its id.' }) },
    resolve: async (_, { id }, { identity, services }) =>
      validate(id)
        ? services.database
            .forTenant(identity.tenantId)
            .findOne(ConversationEntity, { $and: [{ id, deletedAt: null }, visibleTo(identity, 'read')] })
        : null,
  }),
  conversations: t.connection(
    {
      type: ConversationRef,
      description: 'Your conversations, newest change first. Forward paging only.',
      args: { filter: t.arg({ type: ConversationFilter, description: 'Narrows the list.' }) },
      resolve: (_, args, context) => listConversations(args, context),
    },
    { name: 'ConversationConnection', description: 'A page of the list.' },
    { name: 'ConversationEdge', description: 'A conversation in a page.' },
  ),
  message: t.field({
    type: MessageRef,
    nullable: true,
    description: 'One message; null when there is none with this id, or it is not yours.',
    args: { id: t.arg.id({ required: true, description: 'Its id.' }) },
    resolve: async (_, { id }, { loaders }) => (validate(id) ? loaders.message.load(id) : null),
  }),
  searchMessages: t.connection(
    {
      type: SearchHitRef,
      description:
        'Messages of yours that hold the words, best first. Understands "quoted phrases", or, and -without. Forward paging only: "last" and "before" have no effect.',
      args: { query: t.arg.string({ required: true, description: 'What to look for; 1 to 200 characters.' }) },
      resolve: (_, args, context) => searchMessages(args, context),
    },
    { name: 'MessageSearchConnection', description: 'A page of what was found.' },
    { name: 'MessageSearchEdge', description: 'A hit in a page.' },
  ),
}));
