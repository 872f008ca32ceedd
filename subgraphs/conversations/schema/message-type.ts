/** The GraphQL type Message, with the types that only its fields use. */

import { toErrorCode } from '#contracts/error-codes.ts';
import type { ResponseFormatType } from '#contracts/response-format.ts';
import type { ReuseLever } from '#contracts/reuse.ts';
import type { FinishReason } from '#contracts/stream-event.ts';
import { listSize } from '#kernel/subgraph-server/list-sizes.ts';
import { conversationNotFound } from '../conversations/access.ts';
import type { MessageRole, MessageStatus } from '../entities.ts';
import { shownToolCall } from '../messages/shown-tool-call.ts';
import type { ConversationsBuilder } from './builder.ts';
import { addCitationType } from './citation-type.ts';
import { addErrorCode } from './error-code.ts';
import { addMessageRouting } from './message-routing.ts';
import type { ConversationsTypes } from './types.ts';

const addEnums = (builder: ConversationsBuilder) => ({
  MessageRole: builder.enumType('MessageRole', {
    description: 'The author of a message.',
    values: {
      SYSTEM: { description: 'Instructions to the model.' },
      USER: { description: 'A person or a program that uses the conversation.' },
      ASSISTANT: { description: 'A model.' },
      TOOL: { description: 'A tool, with the result of its call.' },
    } satisfies Record<MessageRole, object>,
  }),
  MessageStatus: builder.enumType('MessageStatus', {
    description: 'The state of a message. QUEUED and STREAMING change; all other states are final.',
    values: {
      QUEUED: { description: 'Waits for a worker, or for earlier replies of its conversation.' },
      STREAMING: { description: 'Is being written.' },
      COMPLETED: { description: 'Complete: a question, or a reply that the model ended. finishReason says how.' },
      PARTIAL: { description: 'The model or its worker failed after some text, which is kept.' },
      CANCELLED: { description: 'Stopped on request. The text written until then is kept.' },
      FAILED: { description: 'There is no reply, or none in the format that was asked for; error says why.' },
      BLOCKED: { description: 'Held back by content screening, and left out of prompts.' },
    } satisfies Record<MessageStatus, object>,
  }),
  Reuse: builder.enumType('Reuse', {
    description: 'How a reply was served that had been written before.',
    values: {
      REQUEST_CACHE: { description: 'An equal request had got this reply shortly before.' },
      SEMANTIC_CACHE: { description: 'A question of the same meaning had got this reply.' },
    } satisfies Record<ReuseLever, object>,
  }),
  ResponseFormatType: builder.enumType('ResponseFormatType', {
    description: 'The format of a reply.',
    values: {
      TEXT: { description: 'Text, as the model likes.' },
      JSON: { description: 'One JSON value of any shape.' },
      JSON_SCHEMA: { description: 'One JSON value that fits a schema.' },
    } satisfies Record<ResponseFormatType, object>,
  }),
  FinishReason: builder.enumType('FinishReason', {
    description: 'Why the model stopped.',
    values: {
      STOP: { description: 'The reply was complete.' },
      LENGTH: { description: 'The reply reached maxOutputTokens or the limit of the model.' },
      REPETITION: { description: 'The model repeated the same text again and again, so the reply was stopped.' },
      TOOL_CALLS: { description: 'The model called a tool.' },
      CONTENT_FILTER: { description: 'The provider withheld the rest.' },
      CANCELLED: { description: 'The reply was stopped on request.' },
      ERROR: { description: 'The model or its worker failed.' },
    } satisfies Record<FinishReason, object>,
  }),
});

const addMessageFailure = (builder: ConversationsBuilder, { MessageFailure }: ConversationsTypes): void => {
  const errorCode = addErrorCode(builder);
  MessageFailure.implement({
    description: 'Why a reply failed.',
    fields: (t) => ({
      code: t.field({
        type: errorCode,
        description: 'The same code that an error would have.',
        // A process of a later version may have stored a code that is unknown here.
        resolve: ({ code }) => toErrorCode(code),
      }),
      message: t.exposeString('message', { description: 'A sentence for people.' }),
      retryable: t.exposeBoolean('retryable', { description: 'Whether the same request can succeed later.' }),
    }),
  });
};

const addAttachments = (builder: ConversationsBuilder, { Message, File }: ConversationsTypes): void => {
  builder.objectFields(Message, (t) => ({
    attachmentIds: t.idList({
      description: 'Ids of the files that came with a question, for lists that show no more of them.',
      resolve: ({ attachments }) => (attachments ?? []).map(({ fileId }) => fileId),
    }),
    attachments: t.field({
      type: [File],
      directives: listSize(2),
      description: 'The files that came with a question, in their order. A file that is gone is shown as DELETED.',
      resolve: ({ attachments }) => (attachments ?? []).map(({ fileId }) => ({ id: fileId })),
    }),
  }));
};

const addMessage = (
  types: ConversationsTypes & { readonly MessageRouting: ReturnType<typeof addMessageRouting> },
  enums: ReturnType<typeof addEnums>,
): void => {
  types.Message.implement({
    description: 'A message of a conversation. Messages form a tree. Only a reply changes, while it is being written.',
    interfaces: [types.Node],
    fields: (t) => ({
      id: t.exposeID('id', { description: 'UUIDv7.' }),
      conversation: t.field({
        type: types.Conversation,
        description: 'The conversation that holds it.',
        resolve: async (message, _, { loaders }) => {
          const conversation = await loaders.conversation.load(message.conversationId);
          if (!conversation) throw conversationNotFound();
          return conversation;
        },
      }),
      parent: t.field({
        type: types.Message,
        nullable: true,
        description: 'The message that it follows; null at the root.',
        resolve: (message, _, { loaders }) =>
          message.parentId == null ? null : loaders.message.load(message.parentId),
      }),
      siblings: t.field({
        type: [types.Message],
        directives: listSize(3),
        description:
          'All messages with the same parent, such as regenerated replies and edited questions, this one included, oldest first.',
        resolve: async (message, _, { loaders }) => [...(await loaders.siblings.load(message))],
      }),
      role: t.field({ type: enums.MessageRole, description: 'The author.', resolve: (message) => message.role }),
      content: t.exposeString('content', { description: 'The text; the text so far while it is being written.' }),
      reasoning: t.exposeString('reasoning', {
        nullable: true,
        description:
          'What the model showed of its thinking; so far, while the reply is being written. Null where it showed nothing. It is no part of content, and titles, search and the prompts of later turns leave it out.',
      }),
      status: t.field({ type: enums.MessageStatus, description: 'The state.', resolve: (message) => message.status }),
      finishReason: t.field({
        type: enums.FinishReason,
        nullable: true,
        description: 'Why the model stopped; null before that, and for messages of users.',
        resolve: (message) => message.finishReason,
      }),
      error: t.field({
        type: types.MessageFailure,
        nullable: true,
        description: 'Set when the status is FAILED.',
        resolve: (message) => message.failure,
      }),
      responseFormat: t.field({
        type: enums.ResponseFormatType,
        description:
          'The format that was asked for. The content of a COMPLETED reply has it; that of any other reply need not.',
        resolve: ({ generation }) => generation?.responseFormat ?? 'TEXT',
      }),
      model: t.field({
        type: types.Model,
        nullable: true,
        description: 'The model that writes the reply; null for messages of users.',
        resolve: (message) => (message.modelId == null ? null : { id: message.modelId }),
      }),
      routing: t.field({
        type: types.MessageRouting,
        nullable: true,
        description: 'Why the reply went to its model; null for messages of users, and for replies of older versions.',
        resolve: ({ generation }) => generation?.routing,
      }),
      reuse: t.field({
        type: enums.Reuse,
        nullable: true,
        description:
          'By which cache the reply was served, if it was written before; null if a model was asked, and until the reply has ended.',
        resolve: ({ reuse }) => reuse,
      }),
      toolCalls: t.field({
        type: [types.ToolCall],
        directives: listSize(4),
        description:
          'The tool calls that the model made for this reply, in their order; the calls so far while it is being written. Prompts of later turns leave them out: models read only the texts of a conversation.',
        resolve: ({ id, toolCalls }) => (toolCalls ?? []).map((call) => shownToolCall(id, call)),
      }),
      lastSeq: t.exposeInt('lastSeq', { description: 'seq of the latest event of its stream; 0 before the first.' }),
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
};

export type MessageEnums = ReturnType<typeof addEnums>;

export const addMessageType = (builder: ConversationsBuilder, types: ConversationsTypes): MessageEnums => {
  const enums = addEnums(builder);
  addMessageFailure(builder, types);
  addCitationType(builder, types);
  addMessage({ ...types, MessageRouting: addMessageRouting(builder, types) }, enums);
  addAttachments(builder, types);
  builder.asEntity(types.Message, {
    key: builder.selection<{ id: string }>('id'),
    resolveReference: async ({ id }, { loaders }) => loaders.message.load(id),
  });
  return enums;
};
