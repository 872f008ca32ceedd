/** The GraphQL types Message and what hangs on it alone. */
import type { FinishReason } from '#kernel/stream-log/stream-event.ts';
import type { Conversation, Failure, Message, MessageRole, MessageStatus } from '../entities.ts';
import { builder, ModelRef } from './builder.ts';
import { ToolCallRef } from './tool-call-type.ts';

export const ConversationRef = builder.objectRef<Conversation>('Conversation');
export const MessageRef = builder.objectRef<Message>('Message');

const MessageRoleRef = builder.enumType('MessageRole', {
  description: 'Who speaks in a message.',
  values: {
    SYSTEM: { description: 'Instructions to the model.' },
    USER: { description: 'A person, or a program that asks.' },
    ASSISTANT: { description: 'A model.' },
    TOOL: { description: 'A tool: what its call gave.' },
  } satisfies Record<MessageRole, object>,
});

const MessageStatusRef = builder.enumType('MessageStatus', {
  description: 'Where a message stands. QUEUED and STREAMING change; the others are final.',
  values: {
    QUEUED: { description: 'Waits for a worker, or for the answers before it in its conversation.' },
    STREAMING: { description: 'Is being written.' },
    COMPLETED: { description: 'Whole: a question, or an answer that the model ended; finishReason tells how.' },
    PARTIAL: { description: 'The model or its worker failed after some text, which is kept.' },
    CANCELLED: { description: 'Stopped on request. What was written until then is kept.' },
    FAILED: { description: 'There is no answer; error tells why.' },
    BLOCKED: { description: 'Held back by the screening: it is left out of prompts.' },
  } satisfies Record<MessageStatus, object>,
});

const FinishReasonRef = builder.enumType('FinishReason', {
  description: 'Why the model stopped.',
  values: {
    STOP: { description: 'It had said everything.' },
    LENGTH: { description: 'The answer reached maxOutputTokens, or the bound of the model.' },
    TOOL_CALLS: { description: 'It asked for a tool.' },
    CONTENT_FILTER: { description: 'The provider held the rest back.' },
    CANCELLED: { description: 'It was stopped on request.' },
    ERROR: { description: 'It failed, or its worker did.' },
  } satisfies Record<FinishReason, object>,
});

export const MessageFailureRef = builder.objectRef<Failure>('MessageFailure').implement({
  description: 'Why an answer failed.',
  fields: (t) => ({
    code: t.exposeString('code', {
      description: 'A code of the error table, such as WORKER_LOST.',
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
    role: t.field({ type: MessageRoleRef, description: 'Who speaks.', resolve: (message) => message.role }),
    content: t.exposeString('content', { description: 'The text. While it is written: what has been written so far.' }),
    status: t.field({ type: MessageStatusRef, description: 'Where it stands.', resolve: (message) => message.status }),
    finishReason: t.field({
      type: FinishReasonRef,
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
    toolCalls: t.field({
      type: [ToolCallRef],
      description:
        'The tools that the model called for this answer, in the order of the calls. While it is written: those so far. Later questions are answered without them: models read the texts of a conversation.',
      resolve: ({ toolCalls }) => [...(toolCalls ?? [])],
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
