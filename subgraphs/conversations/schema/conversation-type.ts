/** The GraphQL type Conversation. */
import { builder, UserRef } from './builder.ts';
import { ConversationRef, MessageRef } from './message-type.ts';
import { resolveTimeline } from './timeline.ts';

ConversationRef.implement({
  description: 'A conversation of one user: a tree of messages, of which one branch is current.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'UUIDv7.' }),
    title: t.exposeString('title', {
      nullable: true,
      description: 'Given by the user, else generated after the first turn; null before that.',
    }),
    modelPolicy: t.exposeString('modelPolicy', {
      nullable: true,
      description: "Name of a routing policy, or a model's id; null: the tenant's default.",
    }),
    systemPrompt: t.exposeString('systemPrompt', {
      nullable: true,
      description: 'Instructions that every prompt begins with.',
    }),
    owner: t.field({
      type: UserRef,
      description: 'Whose conversation it is.',
      resolve: (conversation) => ({ id: conversation.ownerId }),
    }),
    head: t.field({
      type: MessageRef,
      nullable: true,
      description: 'The last message of the current branch; null while the conversation is empty.',
      resolve: (conversation, _, { loaders }) =>
        conversation.headId == null ? null : loaders.message.load(conversation.headId),
    }),
    messages: t.connection(
      {
        type: MessageRef,
        description: 'The current branch, oldest first. "last" gives its end; at most 200 a page, 50 unless told.',
        resolve: (conversation, args, context) => resolveTimeline(conversation, args, context),
      },
      { name: 'MessageConnection', description: 'A page of a branch.' },
      { name: 'MessageEdge', description: 'A message in a page.' },
    ),
    pinned: t.exposeBoolean('pinned', { description: 'Kept at the top of the list by the client.' }),
    archived: t.exposeBoolean('archived', { description: 'Left out of the list unless the filter asks for it.' }),
    legalHold: t.exposeBoolean('legalHold', { description: 'Under legal hold: it must not be purged.' }),
    createdAt: t.field({ type: 'DateTime', description: 'When it was made.', resolve: (each) => each.createdAt }),
    updatedAt: t.field({
      type: 'DateTime',
      description: 'When it last changed; the list is sorted by it.',
      resolve: (each) => each.updatedAt,
    }),
    deletedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When it was deleted; null while it is not. restoreConversation brings it back.',
      resolve: (each) => each.deletedAt,
    }),
  }),
});

builder.asEntity(ConversationRef, {
  key: builder.selection<{ id: string }>('id'),
  resolveReference: async ({ id }, { loaders }) => loaders.conversation.load(id),
});
