/** The GraphQL types Message and what hangs on it alone. */
import { errorCodes } from '#kernel/errors.ts';
import { finishReasons } from '#kernel/stream-log/stream-event.ts';
import { type Conversation, type Failure, type Message, messageRoles, messageStatuses } from '../entities.ts';
import { builder, ModelRef } from './builder.ts';

export const ConversationRef = builder.objectRef<Conversation>('Conversation');
export const MessageRef = builder.objectRef<Message>('Message');

const MessageRole = builder.enumType('MessageRole', { description: 'Who speaks in a message.', values: messageRoles });

const MessageStatus = builder.enumType('MessageStatus', {
  description: 'Where a message stands. QUEUED and STREAMING change; the others are final.',
  values: messageStatuses,
});

const FinishReason = builder.enumType('FinishReason', { description: 'Why the model stopped.', values: finishReasons });

export const MessageFailureRef = builder.objectRef<Failure>('MessageFailure').implement({
  description: 'Why an answer failed.',
  fields: (t) => ({
    code: t.exposeString('code', {
      description: `A code of the error table, such as ${Object.keys(errorCodes).at(12)}.`,
    }),
    message: t.exposeString('message', { description: 'A sentence for people.' }),
    retryable: t.exposeBoolean('retryable', { description: 'Whether asking again, unchanged, can help.' }),
  }),
});

MessageRef.implement({
  description:
    'One message of a conversation. Messages form a tree and never change, but for an answer while it is written.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'UUIDv7.' }),
    conversation: t.field({
      type: ConversationRef,
      description: 'The conversation it belongs to.',
      resolve: async (message, _, { loaders }) => {
        const conversation = await loaders.conversation.load(message.conversationId);
        if (!conversation) throw new Error('a readable message has a readable conversation');
        return conversation;
      },
    }),
    parent: t.field({
      type: MessageRef,
      nullable: true,
      description: 'The message it follows; null at the root.',
      resolve: (message, _, { loaders }) => (message.parentId == null ? null : loaders.message.load(message.parentId)),
    }),
    siblings: t.field({
      type: [MessageRef],
      description:
        'The alternatives at this place: regenerated answers, edited questions; itself among them, oldest first.',
      resolve: async (message, _, { loaders }) => [...(await loaders.siblings.load(message))],
    }),
    role: t.field({ type: MessageRole, description: 'Who speaks.', resolve: (message) => message.role }),
    content: t.exposeString('content', { description: 'The text. While it is written: what has been written so far.' }),
    status: t.field({ type: MessageStatus, description: 'Where it stands.', resolve: (message) => message.status }),
    finishReason: t.field({
      type: FinishReason,
      nullable: true,
      description: 'Why the model stopped; null while it has not, and for messages of users.',
      resolve: (message) => message.finishReason,
    }),
    error: t.field({
      type: MessageFailureRef,
      nullable: true,
      description: 'Set when the status is FAILED.',
      resolve: (message) => message.failure,
    }),
    model: t.field({
      type: ModelRef,
      nullable: true,
      description: 'The model that answers; null for messages of users.',
      resolve: (message) => (message.modelId == null ? null : { id: message.modelId }),
    }),
    lastSeq: t.exposeInt('lastSeq', { description: 'seq of the last event of its stream so far; 0 before the first.' }),
    createdAt: t.field({
      type: 'DateTime',
      description: 'When it was admitted.',
      resolve: (message) => message.createdAt,
    }),
    completedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When it became final.',
      resolve: (message) => message.completedAt,
    }),
  }),
});

builder.asEntity(MessageRef, {
  key: builder.selection<{ id: string }>('id'),
  resolveReference: async ({ id }, { loaders }) => loaders.message.load(id),
});
