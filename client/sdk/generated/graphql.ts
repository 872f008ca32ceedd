/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** What to do while an answer is being written in the conversation. */
export type BusyPolicy =
  /** Answer after what runs and waits. */
  | 'ENQUEUE'
  /** Stop what runs and waits, keep what was written, then answer. */
  | 'INTERRUPT'
  /** Refuse with CONVERSATION_BUSY. */
  | 'REJECT';

/** What happened. */
export type ConversationChangeKind =
  /** Another branch became the current one. */
  | 'BRANCH_SELECTED'
  /** The conversation was made. */
  | 'CREATED'
  /** It was deleted. It can be restored. */
  | 'DELETED'
  /** A turn was added: an answer is to come. */
  | 'MESSAGE_ADDED'
  /** An answer became final. */
  | 'MESSAGE_FINISHED'
  /** It was restored. */
  | 'RESTORED'
  /** Its title, model policy, system prompt, pinned or archived changed. */
  | 'UPDATED';

/** Why the model stopped. */
export type FinishReason =
  /** It was stopped on request. */
  | 'CANCELLED'
  /** The provider held the rest back. */
  | 'CONTENT_FILTER'
  /** It failed, or its worker did. */
  | 'ERROR'
  /** The answer reached maxOutputTokens, or the bound of the model. */
  | 'LENGTH'
  /** It had said everything. */
  | 'STOP'
  /** It asked for a tool. */
  | 'TOOL_CALLS';

/** Who speaks in a message. */
export type MessageRole =
  /** A model. */
  | 'ASSISTANT'
  /** Instructions to the model. */
  | 'SYSTEM'
  /** A tool: what its call gave. */
  | 'TOOL'
  /** A person, or a program that asks. */
  | 'USER';

/** Where a message stands. QUEUED and STREAMING change; the others are final. */
export type MessageStatus =
  /** Held back by the screening: it is left out of prompts. */
  | 'BLOCKED'
  /** Stopped on request. What was written until then is kept. */
  | 'CANCELLED'
  /** Whole: a question, or an answer that the model ended; finishReason tells how. */
  | 'COMPLETED'
  /** There is no answer; error tells why. */
  | 'FAILED'
  /** The model or its worker failed after some text, which is kept. */
  | 'PARTIAL'
  /** Waits for a worker, or for the answers before it in its conversation. */
  | 'QUEUED'
  /** Is being written. */
  | 'STREAMING';

/** Why the text and the tool calls so far are void. */
export type ResetReason =
  /** The answer ended long ago, and is told whole in place of event by event. */
  | 'LOG_EXPIRED'
  /** The model failed, and the next one cannot go on after the text. */
  | 'MODEL_REPLACED'
  /** Another worker took over, with a model that cannot go on after the text. */
  | 'WORKER_REPLACED';

/** A question to a conversation. */
export type SendMessageInput = {
  /** The text; not empty. */
  content: string;
  /** Where to ask. */
  conversationId: string;
  /** Made by the client, one for each new message, kept across retries; 1 to 200 characters. */
  idempotencyKey: string;
  /** Most tokens of the answer; null: the model’s own bound. */
  maxOutputTokens?: number | null | undefined;
  /** Name of a routing policy or a model's id; null: the conversation's. */
  modelPolicy?: string | null | undefined;
  /** What to do while an answer is being written. */
  onBusy?: BusyPolicy | null | undefined;
  /** The message to continue after; null: the conversation's head. */
  parentId?: string | null | undefined;
  /** UUIDv7 for the assistant message, made by the client, so that messageStream can be opened in the same flight. */
  replyId?: string | null | undefined;
  /** 0 to 2; null: the model’s default. */
  temperature?: number | null | undefined;
  /** Names of the tools that the model may call, of those that the query "tools" lists; then a model with the capability TOOLS answers. Empty: none. Null: all, where the model can. */
  tools?: Array<string> | null | undefined;
};

/** Where a call of a tool stands. */
export type ToolCallStatus =
  /** The tool has answered. */
  | 'COMPLETED'
  /** It could not be asked, or did not answer as it should; the result tells why. */
  | 'FAILED'
  /** The tool has been asked. */
  | 'RUNNING';

export type ConversationChangeFragment = { kind: ConversationChangeKind, conversationId: string, conversation: { id: string, title: string | null, pinned: boolean, archived: boolean, modelPolicy: string | null, updatedAt: string, deletedAt: string | null } | null, message: { id: string, role: MessageRole, status: MessageStatus, lastSeq: number, createdAt: string } | null };

export type ConversationChangedSubscriptionVariables = Exact<{
  conversationId: string;
}>;


export type ConversationChangedSubscription = { conversationChanged: { kind: ConversationChangeKind, conversationId: string, conversation: { id: string, title: string | null, pinned: boolean, archived: boolean, modelPolicy: string | null, updatedAt: string, deletedAt: string | null } | null, message: { id: string, role: MessageRole, status: MessageStatus, lastSeq: number, createdAt: string } | null } };

export type ConversationsChangedSubscriptionVariables = Exact<{ [key: string]: never; }>;


export type ConversationsChangedSubscription = { conversationsChanged: { kind: ConversationChangeKind, conversationId: string, conversation: { id: string, title: string | null, pinned: boolean, archived: boolean, modelPolicy: string | null, updatedAt: string, deletedAt: string | null } | null, message: { id: string, role: MessageRole, status: MessageStatus, lastSeq: number, createdAt: string } | null } };

export type MessageStateQueryVariables = Exact<{
  messageId: string;
}>;


export type MessageStateQuery = { message: { id: string, status: MessageStatus, finishReason: FinishReason | null, content: string, lastSeq: number, toolCalls: Array<{ id: string, name: string, arguments: string, status: ToolCallStatus, result: string | null }>, model: { id: string } | null, error: { code: string, message: string, retryable: boolean } | null } | null };

export type MessageStreamSubscriptionVariables = Exact<{
  messageId: string;
  afterSeq: number;
}>;


export type MessageStreamSubscription = { messageStream:
    | { __typename: 'MessageCompleted', seq: number, message: { status: MessageStatus, finishReason: FinishReason | null, content: string } }
    | { __typename: 'MessageFailed', seq: number, failure: { code: string, message: string, retryable: boolean } }
    | { __typename: 'MessageReset', reason: ResetReason, seq: number }
    | { __typename: 'MessageStarted', attempt: number, seq: number, model: { id: string } | null }
    | { __typename: 'TokenDelta', text: string, seq: number }
    | { __typename: 'ToolCallCompleted', seq: number, toolCall: { id: string, name: string, arguments: string, status: ToolCallStatus, result: string | null } }
    | { __typename: 'ToolCallStarted', seq: number, toolCall: { id: string, name: string, arguments: string, status: ToolCallStatus, result: string | null } }
   };

export type MessageUsageQueryVariables = Exact<{
  messageId: string;
}>;


export type MessageUsageQuery = { message: { usage: { inputTokens: number, cachedInputTokens: number, outputTokens: number, reasoningTokens: number, costUsd: string } | null } | null };

export type SendMessageMutationVariables = Exact<{
  input: SendMessageInput;
}>;


export type SendMessageMutation = { sendMessage: { replayed: boolean, userMessage: { id: string, role: MessageRole, content: string, status: MessageStatus, createdAt: string }, assistantMessage: { id: string, role: MessageRole, status: MessageStatus, lastSeq: number, createdAt: string } } };

export type StopGenerationMutationVariables = Exact<{
  messageId: string;
}>;


export type StopGenerationMutation = { stopGeneration: { id: string, status: MessageStatus } };

export type ToolCallFragment = { id: string, name: string, arguments: string, status: ToolCallStatus, result: string | null };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}
export const ConversationChangeFragmentDoc = /*#__PURE__*/ new TypedDocumentString(`
    fragment ConversationChange on ConversationChange {
  kind
  conversationId
  conversation {
    id
    title
    pinned
    archived
    modelPolicy
    updatedAt
    deletedAt
  }
  message {
    id
    role
    status
    lastSeq
    createdAt
  }
}
    `, {"fragmentName":"ConversationChange"}) as unknown as TypedDocumentString<ConversationChangeFragment, unknown>;
export const ToolCallFragmentDoc = /*#__PURE__*/ new TypedDocumentString(`
    fragment ToolCall on ToolCall {
  id
  name
  arguments
  status
  result
}
    `, {"fragmentName":"ToolCall"}) as unknown as TypedDocumentString<ToolCallFragment, unknown>;
export const ConversationChangedDocument = /*#__PURE__*/ new TypedDocumentString(`
    subscription ConversationChanged($conversationId: ID!) {
  conversationChanged(conversationId: $conversationId) {
    ...ConversationChange
  }
}
    fragment ConversationChange on ConversationChange {
  kind
  conversationId
  conversation {
    id
    title
    pinned
    archived
    modelPolicy
    updatedAt
    deletedAt
  }
  message {
    id
    role
    status
    lastSeq
    createdAt
  }
}`) as unknown as TypedDocumentString<ConversationChangedSubscription, ConversationChangedSubscriptionVariables>;
export const ConversationsChangedDocument = /*#__PURE__*/ new TypedDocumentString(`
    subscription ConversationsChanged {
  conversationsChanged {
    ...ConversationChange
  }
}
    fragment ConversationChange on ConversationChange {
  kind
  conversationId
  conversation {
    id
    title
    pinned
    archived
    modelPolicy
    updatedAt
    deletedAt
  }
  message {
    id
    role
    status
    lastSeq
    createdAt
  }
}`) as unknown as TypedDocumentString<ConversationsChangedSubscription, ConversationsChangedSubscriptionVariables>;
export const MessageStateDocument = /*#__PURE__*/ new TypedDocumentString(`
    query MessageState($messageId: ID!) {
  message(id: $messageId) {
    id
    status
    finishReason
    content
    lastSeq
    toolCalls {
      ...ToolCall
    }
    model {
      id
    }
    error {
      code
      message
      retryable
    }
  }
}
    fragment ToolCall on ToolCall {
  id
  name
  arguments
  status
  result
}`) as unknown as TypedDocumentString<MessageStateQuery, MessageStateQueryVariables>;
export const MessageStreamDocument = /*#__PURE__*/ new TypedDocumentString(`
    subscription MessageStream($messageId: ID!, $afterSeq: Int!) {
  messageStream(messageId: $messageId, afterSeq: $afterSeq) {
    __typename
    seq
    ... on MessageStarted {
      attempt
      model {
        id
      }
    }
    ... on TokenDelta {
      text
    }
    ... on ToolCallStarted {
      toolCall {
        ...ToolCall
      }
    }
    ... on ToolCallCompleted {
      toolCall {
        ...ToolCall
      }
    }
    ... on MessageReset {
      reason
    }
    ... on MessageCompleted {
      message {
        status
        finishReason
        content
      }
    }
    ... on MessageFailed {
      failure {
        code
        message
        retryable
      }
    }
  }
}
    fragment ToolCall on ToolCall {
  id
  name
  arguments
  status
  result
}`) as unknown as TypedDocumentString<MessageStreamSubscription, MessageStreamSubscriptionVariables>;
export const MessageUsageDocument = /*#__PURE__*/ new TypedDocumentString(`
    query MessageUsage($messageId: ID!) {
  message(id: $messageId) {
    usage {
      inputTokens
      cachedInputTokens
      outputTokens
      reasoningTokens
      costUsd
    }
  }
}
    `) as unknown as TypedDocumentString<MessageUsageQuery, MessageUsageQueryVariables>;
export const SendMessageDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation SendMessage($input: SendMessageInput!) {
  sendMessage(input: $input) {
    userMessage {
      id
      role
      content
      status
      createdAt
    }
    assistantMessage {
      id
      role
      status
      lastSeq
      createdAt
    }
    replayed
  }
}
    `) as unknown as TypedDocumentString<SendMessageMutation, SendMessageMutationVariables>;
export const StopGenerationDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation StopGeneration($messageId: ID!) {
  stopGeneration(messageId: $messageId) {
    id
    status
  }
}
    `) as unknown as TypedDocumentString<StopGenerationMutation, StopGenerationMutationVariables>;