/**
 * References to the object types of this subgraph, made before any is implemented, because they refer to each other.
 */
import type { Passage } from '#contracts/passages.ts';
import type { ToolCall } from '#contracts/stream-event.ts';
import type { Conversation, Message } from '../entities.ts';
import type { Failure } from '../failure.ts';
import type { ShownShare } from '../shares/share-conversation.ts';
import type { FoundSummary } from '../summaries/find-summary.ts';
import type { Transfer } from '../transfer-entities.ts';
import type { ConversationsBuilder } from './builder.ts';

export const createTypes = (builder: ConversationsBuilder) => ({
  Node: builder.interfaceRef<Conversation | Message>('Node'),
  Conversation: builder.objectRef<Conversation>('Conversation'),
  Message: builder.objectRef<Message>('Message'),
  MessageFailure: builder.objectRef<Failure>('MessageFailure'),
  ConversationSummary: builder.objectRef<FoundSummary>('ConversationSummary'),
  ToolCall: builder.objectRef<ToolCall>('ToolCall'),
  Citation: builder.objectRef<Passage>('Citation'),
  /** Owned by knowledge; this subgraph refers to it by key only. */
  File: builder.externalRef('File', builder.selection<{ id: string }>('id')).implement({
    externalFields: (t) => ({ id: t.id() }),
  }),
  Share: builder.objectRef<ShownShare>('Share'),
  Export: builder.objectRef<Transfer>('Export'),
  Import: builder.objectRef<Transfer>('Import'),
  /** Owned by usage; this subgraph refers to it by key only. */
  User: builder.externalRef('User', builder.selection<{ id: string }>('id')).implement({
    externalFields: (t) => ({ id: t.id() }),
  }),
  /** Owned by models; this subgraph refers to it by key only. */
  Model: builder.externalRef('Model', builder.selection<{ id: string }>('id')).implement({
    externalFields: (t) => ({ id: t.id() }),
  }),
});
export type ConversationsTypes = ReturnType<typeof createTypes>;
