/** Subscription fields: a message's stream, and the changes of a conversation or of the caller's list. */
import { validate } from 'uuid';
import { AppError } from '#kernel/errors.ts';
import { iterateSignals } from '#kernel/signals/iterate-signals.ts';
import { messageNotFound, requireConversation } from '../access.ts';
import { type Change, type ChangeKind, changeSchema, conversationTopic, ownerTopic } from '../changes.ts';
import { awaitMessage } from '../streams/await-message.ts';
import { openMessageStream, type StreamedEvent } from '../streams/message-stream.ts';
import { builder } from './builder.ts';
import { type ConversationsContext, forgetLoaded } from './context.ts';
import { MessageEventRef } from './message-events.ts';
import { ConversationRef, MessageRef } from './message-type.ts';

const ChangeKindRef = builder.enumType('ConversationChangeKind', {
  description: 'What happened.',
  values: {
    CREATED: { description: 'The conversation was made.' },
    UPDATED: { description: 'Its title, model policy, system prompt, pinned or archived changed.' },
    DELETED: { description: 'It was deleted. It can be restored.' },
    RESTORED: { description: 'It was restored.' },
    MESSAGE_ADDED: { description: 'A turn was added: an answer is to come.' },
    MESSAGE_FINISHED: { description: 'An answer became final.' },
    BRANCH_SELECTED: { description: 'Another branch became the current one.' },
  } satisfies Record<ChangeKind, object>,
});

const ConversationChangeRef = builder.objectRef<Change>('ConversationChange').implement({
  description:
    'Something changed: read what you show of it anew. Changes may be missed while a client is away; refetch after a reconnect.',
  fields: (t) => ({
    kind: t.field({ type: ChangeKindRef, description: 'What happened.', resolve: (change) => change.kind }),
    conversationId: t.exposeID('conversationId', { description: 'The conversation.' }),
    conversation: t.field({
      type: ConversationRef,
      nullable: true,
      description: 'The conversation as it is now.',
      resolve: (change, _, { loaders }) => loaders.conversation.load(change.conversationId),
    }),
    message: t.field({
      type: MessageRef,
      nullable: true,
      description:
        'The answer that was added or finished, or the message by which a branch was selected; null otherwise.',
      resolve: (change, _, { loaders }) =>
        change.messageId === undefined ? null : loaders.message.load(change.messageId),
    }),
  }),
});

const readChange = (payload: unknown): Change | undefined => changeSchema.safeParse(payload).data;

/** Throws BAD_USER_INPUT, and NOT_FOUND when there is no such message within the wait or it is somebody else's. */
export const openStream = async (
  { messageId, afterSeq }: { readonly messageId: string; readonly afterSeq: number },
  { identity, services }: ConversationsContext,
): Promise<AsyncIterableIterator<StreamedEvent>> => {
  if (afterSeq < 0)
    throw new AppError('BAD_USER_INPUT', '"afterSeq" is 0 or the seq of the last event that was seen.', {
      argument: 'afterSeq',
    });
  if (!validate(messageId)) throw messageNotFound();
  const message = await awaitMessage(services, identity, messageId);
  return openMessageStream(services.streams, identity, message, afterSeq);
};

builder.subscriptionFields((t) => ({
  messageStream: t.field({
    type: MessageEventRef,
    description: `The events of an answer, from after the cursor to its end: started, deltas, completed or failed. Each once, in order, whichever process dies. It may be opened before sendMessage has answered, with the replyId; then it waits up to 5 seconds for the message.`,
    directives: { resumable: { argument: 'afterSeq' } },
    args: {
      messageId: t.arg.id({ required: true, description: 'The assistant message.' }),
      afterSeq: t.arg.int({
        defaultValue: 0,
        description:
          'seq of the last event that was seen; 0: from the start. One beyond the end is refused, but waited for while the answer is written.',
      }),
    },
    subscribe: (_, { messageId, afterSeq }, context) => openStream({ messageId, afterSeq: afterSeq ?? 0 }, context),
    resolve: (streamed, _, context) => {
      context.cursor = String(streamed.seq);
      return streamed;
    },
  }),
  conversationChanged: t.field({
    type: ConversationChangeRef,
    description: 'Changes of one conversation of yours, on whichever device they were made.',
    directives: { broadcast: { audience: 'IDENTITY' } },
    args: { conversationId: t.arg.id({ required: true, description: 'The conversation.' }) },
    subscribe: async (_, { conversationId }, { identity, services }) => {
      const em = services.database.forTenant(identity.tenantId);
      const { id } = await requireConversation(em, identity, conversationId, { intent: 'read' });
      return iterateSignals(services.ports.signals, conversationTopic(identity.tenantId, id), readChange);
    },
    resolve: (change, _args, context) => {
      forgetLoaded(context);
      return change;
    },
  }),
  conversationsChanged: t.field({
    type: ConversationChangeRef,
    description: 'Changes of any conversation of yours: for the list panel.',
    directives: { broadcast: { audience: 'IDENTITY' } },
    subscribe: (_, _args, { identity, services }) =>
      iterateSignals(services.ports.signals, ownerTopic(identity.tenantId, identity.userId), readChange),
    resolve: (change, _args, context) => {
      forgetLoaded(context);
      return change;
    },
  }),
}));
