/**
 * The tables of conversations as entities. A message is immutable, except that a reply changes until its generation
 * ends. `parentId` makes messages a tree; `branchId` and `depth` locate a message in its segment, a stretch of the tree
 * without forks (migrations/conversations).
 */
import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import type { Complexity } from '#contracts/complexity/complexity.ts';
import type { ClassReason } from '#contracts/complexity/conversation-class.ts';
import type { FileKind } from '#contracts/files.ts';
import type { ReasoningEffort, ReplyJob, RouteCandidate, Tool } from '#contracts/generation-job.ts';
import type { OutputModeration } from '#contracts/moderation/output-moderation.ts';
import type { Retrieval } from '#contracts/passages.ts';
import type { PiiPolicy } from '#contracts/pii/pii-policy.ts';
import type { ResponseFormat } from '#contracts/response-format.ts';
import type { ReuseLever, ReuseTerms } from '#contracts/reuse.ts';
import type { FinishReason, ToolCall, ToolCallStatus, ToolDecision } from '#contracts/stream-event.ts';
import type { TableSet } from '#kernel/database/database.ts';
import { defineOutbox } from '#kernel/outbox/outbox-table.ts';
import type { Failure } from './failure.ts';
import { ImportedConversationEntity, ShareEntity, SharingPolicyEntity, TransferEntity } from './transfer-entities.ts';

export const messageRoles = ['SYSTEM', 'USER', 'ASSISTANT', 'TOOL'] as const;
export type MessageRole = (typeof messageRoles)[number];
export const messageStatuses = [
  'QUEUED',
  'STREAMING',
  'COMPLETED',
  'PARTIAL',
  'CANCELLED',
  'FAILED',
  'BLOCKED',
] as const;
export type MessageStatus = (typeof messageStatuses)[number];

/** Statuses of a message whose text is still in the stream log. */
export const inFlightStatuses: readonly MessageStatus[] = ['QUEUED', 'STREAMING'];

/** Why a reply went to its model. */
export interface MessageRouting {
  /** Name of the policy that was followed. */
  readonly policy?: string | undefined;
  /** The class of the turn, which later turns of the branch take into account. */
  readonly complexity: Complexity;
  /** Why it has this class. */
  readonly basis: ClassReason;
  /** Whether the candidate that stood first had no room in its queue. */
  readonly overflowed: boolean;
  /** ISO 639-1. */
  readonly language?: string | undefined;
  /** The model that was chosen. Another one may have written the reply, if this one failed. */
  readonly modelId: string;
  /** Sentences for people. */
  readonly reason: string;
}

/** What admission granted a reply. A reply that waits is dispatched from this later. */
export interface Generation {
  readonly userId: string;
  readonly candidates: readonly RouteCandidate[];
  /** Tools that the model may call. They hold secrets, so a row keeps them only until the reply is dispatched. */
  readonly tools?: readonly Tool[] | undefined;
  readonly maxOutputTokens?: number | undefined;
  readonly temperature?: number | undefined;
  readonly reasoningEffort?: ReasoningEffort | undefined;
  /** How the reply is screened before it is shown; absent: after its end. */
  readonly outputModeration?: OutputModeration | undefined;
  /** What models may read of data about people; absent: everything. */
  readonly pii?: PiiPolicy | undefined;
  /** On which terms the reply may be one that was written before; absent: a model is asked. */
  readonly reuse?: ReuseTerms | undefined;
  /** What was found in documents for the reply, which it may cite; absent where it draws on none. */
  readonly retrieval?: Retrieval | undefined;
  /** Where its model may search further; absent: nowhere. */
  readonly documents?: ReplyJob['documents'];
  /** Absent: TEXT. */
  readonly responseFormat?: ResponseFormat['type'] | undefined;
  /** Of the format JSON_SCHEMA. It may be large, so a row keeps it only until the reply is dispatched. */
  readonly responseSchema?: Extract<ResponseFormat, { type: 'JSON_SCHEMA' }>['schema'] | undefined;
  /** Absent in replies that a process of an older version admitted. */
  readonly routing?: MessageRouting | undefined;
  /** The request that asked for the reply, as log lines name it. */
  readonly requestId?: string | undefined;
}

/** The generation as the row of a dispatched reply keeps it; store_turn does the same. */
export const withoutTools = ({ tools: _, responseSchema: __, ...generation }: Generation): Generation => generation;

export const ConversationEntity = defineEntity({
  name: 'Conversation',
  tableName: 'conversations',
  schema: 'conversations',
  properties: {
    id: p.uuid().primary(),
    tenantId: p.uuid(),
    ownerId: p.uuid(),
    title: p.text().nullable(),
    modelPolicy: p.text().nullable(),
    systemPrompt: p.text().nullable(),
    headId: p.uuid().nullable(),
    pinned: p.boolean().default(false),
    archived: p.boolean().default(false),
    legalHold: p.boolean().default(false),
    createdAt: p.datetime(3).onCreate(() => new Date()),
    updatedAt: p.datetime(3).onCreate(() => new Date()),
    deletedAt: p.datetime(3).nullable(),
    /** When its owner last read it. */
    readAt: p.datetime(3).onCreate(() => new Date()),
    /** When the latest job of a title was made; null before the first. */
    titlingSince: p.datetime(3).nullable(),
    /** Whether it has, or had, a summary. */
    summarised: p.boolean().onCreate(() => false),
    /** Id of the job that makes a summary now; null where the result of none is awaited. */
    summarising: p.uuid().nullable(),
    /** When the latest job of a summary was made; null where it has led to one, or before the first. */
    summarisingSince: p.datetime(3).nullable(),
    /** US dollars that its replies may cost together; null for no bound. */
    budgetUsd: p.decimal().nullable(),
    /** The collections that its replies may draw on. */
    collectionIds: p
      .array()
      .columnType('uuid[]')
      .onCreate(() => []),
  },
});
export type Conversation = InferEntity<typeof ConversationEntity>;

/** A file as it was when it was attached. What has become of it since, knowledge says. */
export interface MessageAttachment {
  readonly fileId: string;
  readonly name: string;
  readonly kind: FileKind;
  /** Characters of its text; null for a picture. */
  readonly textLength: number | null;
}

export const MessageEntity = defineEntity({
  name: 'Message',
  tableName: 'messages',
  schema: 'conversations',
  properties: {
    id: p.uuid().primary(),
    tenantId: p.uuid().primary(),
    conversationId: p.uuid(),
    parentId: p.uuid().nullable(),
    branchId: p.uuid(),
    depth: p.integer(),
    /** Characters of all messages from the root to this one: estimates the prompt with one look-up. */
    pathLength: p.bigint('number'),
    role: p.text().$type<MessageRole>(),
    content: p.text(),
    status: p.text().$type<MessageStatus>(),
    finishReason: p.text().$type<FinishReason>().nullable(),
    failure: p.json<Failure>().nullable(),
    modelId: p.text().nullable(),
    generation: p.json<Generation>().nullable(),
    /** What a user attached to a question; null when there is nothing. */
    attachments: p.json<readonly MessageAttachment[]>().nullable(),
    /** In the order of their start; null when there are none, or while they are still in the log. */
    toolCalls: p.json<readonly ToolCall[]>().nullable(),
    /** What the model showed of its thinking; null when there is none, or while it is still in the log. */
    reasoning: p.text().nullable(),
    /** Where it was written before: by which cache it was served again. */
    reuse: p.text().$type<ReuseLever>().nullable(),
    /** When its job went to the outbox; null while it waits for an earlier reply of the conversation. */
    dispatchedAt: p.datetime(3).nullable(),
    /** Until when it waits for decisions about calls of tools; null while it does not. */
    parkedUntil: p.datetime(3).nullable(),
    stopRequestedAt: p.datetime(3).nullable(),
    /** See `logIdOf`; null means `id`. */
    logId: p.uuid().nullable(),
    lastSeq: p.integer().default(0),
    createdAt: p.datetime(3).onCreate(() => new Date()),
    completedAt: p.datetime(3).nullable(),
  },
});
export type Message = InferEntity<typeof MessageEntity>;

/**
 * The id of a reply in the stream log and at the broker, which hold the replies of all tenants. Message ids are unique
 * within a tenant only: a reply whose id another tenant uses already gets a separate log id.
 */
export const logIdOf = ({ logId, id }: Pick<Message, 'logId' | 'id'>): string => logId ?? id;

/**
 * What older turns are replaced by in prompts: covers all messages from the root to its last one, wherever the branch
 * goes on from there.
 */
export const ConversationSummaryEntity = defineEntity({
  name: 'ConversationSummary',
  tableName: 'conversation_summaries',
  schema: 'conversations',
  properties: {
    tenantId: p.uuid().primary(),
    lastMessageId: p.uuid().primary(),
    promptVersion: p.integer().primary(),
    conversationId: p.uuid(),
    /** Those of the last message. */
    branchId: p.uuid(),
    depth: p.integer(),
    content: p.text(),
    tokens: p.integer(),
    modelId: p.text().nullable(),
    createdAt: p.datetime(3),
  },
});

/** A reply that waits for decisions about calls of tools, or has waited. One row for each reply that ever did. */
export const ParkedReplyEntity = defineEntity({
  name: 'ParkedReply',
  tableName: 'parked_replies',
  schema: 'conversations',
  properties: {
    tenantId: p.uuid().primary(),
    messageId: p.uuid().primary(),
    /** The job that goes on with it; null once that has gone out. It holds secrets of tools. */
    job: p.json<ReplyJob>().nullable(),
    /** Of its log when it was left: a worker that reports an earlier state is late. */
    lastSeq: p.integer(),
  },
});

/** A call of a tool, as administrators see it: everything but what was said. */
export const ToolCallEntity = defineEntity({
  name: 'ToolCall',
  tableName: 'tool_calls',
  schema: 'conversations',
  properties: {
    tenantId: p.uuid().primary(),
    messageId: p.uuid().primary(),
    /** Unique within the message. */
    callId: p.text().primary(),
    conversationId: p.uuid(),
    userId: p.uuid(),
    /** As the model called it. */
    tool: p.text(),
    /** Its MCP server; null where it is none. */
    server: p.text().nullable(),
    status: p.text().$type<Exclude<ToolCallStatus, 'RUNNING'>>(),
    /** Null where nobody was asked, or has not decided. */
    decision: p.text().$type<ToolDecision>().nullable(),
    decidedAt: p.datetime(3).nullable(),
    /** When the tool was called, or when the call was written where it was not. */
    calledAt: p.datetime(3),
    durationMs: p.integer().nullable(),
    argumentBytes: p.integer(),
    resultBytes: p.integer().nullable(),
  },
});
export type RecordedToolCall = InferEntity<typeof ToolCallEntity>;

/** One idempotency key and the turn that it led to. */
export const SendEntity = defineEntity({
  name: 'Send',
  tableName: 'sends',
  schema: 'conversations',
  properties: {
    tenantId: p.uuid().primary(),
    userId: p.uuid().primary(),
    idempotencyKey: p.text().primary(),
    requestHash: p.text(),
    userMessageId: p.uuid(),
    assistantMessageId: p.uuid(),
    createdAt: p.datetime(3).onCreate(() => new Date()),
  },
});

/** Jobs that the broker has not confirmed yet (outbox/job-outbox.ts). */
export const OutboxEntity = defineOutbox('conversations');

export const conversationsTables: TableSet = {
  name: 'conversations',
  entities: [
    ConversationEntity,
    MessageEntity,
    ConversationSummaryEntity,
    ParkedReplyEntity,
    ToolCallEntity,
    SendEntity,
    OutboxEntity,
    ShareEntity,
    SharingPolicyEntity,
    TransferEntity,
    ImportedConversationEntity,
  ],
};
