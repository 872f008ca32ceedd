/** Subscription fields: a message's stream, and the changes of a conversation or of the caller's list. */
import { iterateSignals } from '#kernel/signals/iterate-signals.ts';
import { requireConversation } from '../conversations/access.ts';
import {
  type Change,
  type ChangeKind,
  conversationTopics,
  ownerTopics,
  parseChange,
} from '../conversations/change-feed.ts';
import { subscribeToMessage } from '../streams/subscribe-to-message.ts';
import type { ConversationsBuilder } from './builder.ts';
import { forgetLoaded } from './context.ts';
import type { MessageEventRef } from './message-events.ts';
import type { ConversationsTypes } from './types.ts';

const addMessageStream = (builder: ConversationsBuilder, messageEvent: MessageEventRef): void => {
  builder.subscriptionField('messageStream', (t) =>
    t.field({
      type: messageEvent,
      description:
        'The events of a reply from after the cursor to its end: started, deltas, then completed or failed. Each arrives once and in order, whichever process dies. A client may subscribe with the replyId before sendMessage has returned; the stream then waits up to 5 seconds for the message.',
      directives: { resumable: { argument: 'afterSeq' } },
      args: {
        messageId: t.arg.id({ required: true, description: 'The assistant message.' }),
        afterSeq: t.arg.int({
          defaultValue: 0,
          description:
            'seq of the last event that the client has seen; 0 for the whole stream. A seq beyond the end is refused; while the reply is being written, the stream waits for it.',
        }),
      },
      subscribe: (_, { messageId, afterSeq }, { services, identity }) =>
        subscribeToMessage(services, identity, { messageId, afterSeq: afterSeq ?? 0 }),
      resolve: (streamed, _, context) => {
        context.cursor = String(streamed.seq);
        return streamed;
      },
    }),
  );
};

const addConversationChange = (builder: ConversationsBuilder, types: ConversationsTypes) => {
  const changeKind = builder.enumType('ConversationChangeKind', {
    description: 'What happened.',
    values: {
      CREATED: { description: 'The conversation was created.' },
      UPDATED: { description: 'Its title, model policy, system prompt, pinned or archived changed.' },
      DELETED: { description: 'It was deleted. It can be restored.' },
      RESTORED: { description: 'It was restored.' },
      MESSAGE_ADDED: { description: 'A turn was added; its reply is yet to be written.' },
      MESSAGE_FINISHED: { description: 'A reply became final.' },
      MESSAGE_MODERATED: { description: 'The moderation has marked a reply after its end: read its `moderation`.' },
      BRANCH_SELECTED: { description: 'Another branch became the current one.' },
    } satisfies Record<ChangeKind, object>,
  });
  return builder.objectRef<Change>('ConversationChange').implement({
    description:
      'A change of a conversation: refetch what you show of it. Changes may be missed while a client is disconnected, so refetch after a reconnect.',
    fields: (t) => ({
      kind: t.field({ type: changeKind, description: 'What happened.', resolve: (change) => change.kind }),
      conversationId: t.exposeID('conversationId', { description: 'Id of the conversation.' }),
      conversation: t.field({
        type: types.Conversation,
        nullable: true,
        description: 'The conversation as it is now.',
        resolve: (change, _, { loaders }) => loaders.conversation.load(change.conversationId),
      }),
      message: t.field({
        type: types.Message,
        nullable: true,
        description:
          'The reply that was added, finished or marked, or the message by which a branch was selected; null otherwise.',
        resolve: (change, _, { loaders }) =>
          change.messageId === undefined ? null : loaders.message.load(change.messageId),
      }),
    }),
  });
};

const addConversationChanges = (builder: ConversationsBuilder, types: ConversationsTypes): void => {
  const conversationChange = addConversationChange(builder, types);
  builder.subscriptionFields((t) => ({
    conversationChanged: t.field({
      type: conversationChange,
      description: 'Changes of one of your conversations, from any device.',
      directives: { broadcast: { audience: 'IDENTITY' } },
      args: { conversationId: t.arg.id({ required: true, description: 'Id of the conversation.' }) },
      subscribe: async (_, { conversationId }, { identity, services }) => {
        const em = services.database.forTenant(identity.tenantId);
        const { id } = await requireConversation(em, identity, conversationId, { intent: 'read' });
        return iterateSignals(services.signals, conversationTopics(identity.tenantId, id), parseChange);
      },
      resolve: (change, _args, context) => {
        forgetLoaded(context);
        return change;
      },
    }),
    conversationsChanged: t.field({
      type: conversationChange,
      description: 'Changes of any of your conversations, for the list of conversations.',
      directives: { broadcast: { audience: 'IDENTITY' } },
      subscribe: (_, _args, { identity, services }) =>
        iterateSignals(services.signals, ownerTopics(identity.tenantId, identity.userId), parseChange),
      resolve: (change, _args, context) => {
        forgetLoaded(context);
        return change;
      },
    }),
  }));
};

export const addSubscriptions = (
  builder: ConversationsBuilder,
  types: ConversationsTypes,
  messageEvent: MessageEventRef,
): void => {
  addMessageStream(builder, messageEvent);
  addConversationChanges(builder, types);
};
