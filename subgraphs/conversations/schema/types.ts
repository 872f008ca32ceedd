/**
 * References to the object types of this subgraph, made before any is implemented, because they refer to each other.
 */
import type { Passage } from '#contracts/passages.ts';
import type { ToolCall } from '#contracts/stream-event.ts';
import type { Conversation, Message } from '../entities.ts';
import type { Failure } from '../failure.ts';
import type { KnowledgeNode } from '../files/knowledge-nodes.ts';
import type { ShownShare } from '../shares/share-conversation.ts';
import type { FoundSummary } from '../summaries/find-summary.ts';
import type { Transfer } from '../transfer-entities.ts';
import type { ConversationsBuilder } from './builder.ts';

/** Owned by knowledge; this subgraph refers to them by key only. */
const createKnowledgeTypes = (builder: ConversationsBuilder) => {
  const Node = builder.interfaceRef<Conversation | Message | KnowledgeNode | { readonly id: string }>('Node');
  const refer = (name: 'File' | 'Collection') =>
    builder.externalRef(name, builder.selection<{ id: string }>('id')).implement({
      interfaces: [Node],
      externalFields: (t) => ({ id: t.id() }),
    });
  return { Node, File: refer('File'), Collection: refer('Collection') };
};

export const createTypes = (builder: ConversationsBuilder) => ({
  ...createKnowledgeTypes(builder),
  Conversation: builder.objectRef<Conversation>('Conversation'),
  Message: builder.objectRef<Message>('Message'),
  MessageFailure: builder.objectRef<Failure>('MessageFailure'),
  ConversationSummary: builder.objectRef<FoundSummary>('ConversationSummary'),
  ToolCall: builder.objectRef<ToolCall>('ToolCall'),
  Citation: builder.objectRef<Passage>('Citation'),
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
