/** The GraphQL type Conversation. */
import { isUnread } from '../conversations/mark-read.ts';
import { readTimeline } from '../messages/timeline.ts';
import type { ConversationsBuilder } from './builder.ts';
import type { ConversationsTypes } from './types.ts';

export const addConversationType = (builder: ConversationsBuilder, types: ConversationsTypes): void => {
  types.Conversation.implement({
    description: 'A conversation of one user: a tree of messages, one branch of which is current.',
    interfaces: [types.Node],
    fields: (t) => ({
      id: t.exposeID('id', { description: 'UUIDv7.' }),
      title: t.exposeString('title', {
        nullable: true,
        description: 'Set by the user, otherwise generated after the first completed reply; null before that.',
      }),
      modelPolicy: t.exposeString('modelPolicy', {
        nullable: true,
        description: "Name of a routing policy, or a model's id; null for the tenant's default.",
      }),
      systemPrompt: t.exposeString('systemPrompt', {
        nullable: true,
        description: 'Instructions at the beginning of every prompt.',
      }),
      budgetUsd: t.expose('budgetUsd', {
        type: 'Decimal',
        nullable: true,
        description: 'US dollars that it may cost altogether, as its owner has set it; null for no budget.',
      }),
      collectionIds: t.idList({
        description: 'Ids of the collections that its replies may draw on, readable or not.',
        resolve: ({ collectionIds }) => collectionIds,
      }),
      owner: t.field({
        type: types.User,
        description: 'The user who owns the conversation.',
        resolve: (conversation) => ({ id: conversation.ownerId }),
      }),
      head: t.field({
        type: types.Message,
        nullable: true,
        description: 'The last message of the current branch; null while the conversation is empty or deleted.',
        resolve: (conversation, _, { loaders }) =>
          conversation.headId == null ? null : loaders.message.load(conversation.headId),
      }),
      messages: t.connection(
        {
          type: types.Message,
          description:
            'The current branch, oldest message first; empty while the conversation is deleted. Use "last" for its end. A page has 50 messages by default, 200 at most.',
          resolve: (conversation, args, { services, identity }) => readTimeline(services, identity, conversation, args),
        },
        { name: 'MessageConnection', description: 'A page of a branch.' },
        { name: 'MessageEdge', description: 'A message in a page.' },
      ),
      summary: t.field({
        type: types.ConversationSummary,
        nullable: true,
        description:
          'What the next prompt on the current branch has in place of its older turns; null where it has all of them word for word, or leaves out what does not fit.',
        resolve: (conversation, _, { loaders }) =>
          conversation.deletedAt == null ? loaders.summary.load(conversation) : null,
      }),
      pinned: t.exposeBoolean('pinned', { description: 'Whether clients show it at the top of the list.' }),
      archived: t.exposeBoolean('archived', {
        description: 'Whether the list leaves it out unless the filter asks for archived conversations.',
      }),
      unread: t.boolean({
        description:
          'Whether the reply at its end is one that its owner has not read: it ended after the last markConversationRead.',
        resolve: async (conversation, _, { loaders }) =>
          isUnread(conversation, conversation.headId == null ? null : await loaders.message.load(conversation.headId)),
      }),
      legalHold: t.exposeBoolean('legalHold', {
        description: 'Whether it is under a legal hold (setLegalHold): it is not purged.',
      }),
      createdAt: t.field({
        type: 'DateTime',
        description: 'When it was created.',
        resolve: (each) => each.createdAt,
      }),
      updatedAt: t.field({
        type: 'DateTime',
        description: 'When it last changed. The list is sorted by it.',
        resolve: (each) => each.updatedAt,
      }),
      deletedAt: t.field({
        type: 'DateTime',
        nullable: true,
        description: 'When it was deleted; null unless it is. restoreConversation restores it.',
        resolve: (each) => each.deletedAt,
      }),
    }),
  });
  builder.asEntity(types.Conversation, {
    key: builder.selection<{ id: string }>('id'),
    resolveReference: async ({ id }, { loaders }) => loaders.conversation.load(id),
  });
};
