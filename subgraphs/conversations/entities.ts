/**
 * The tables of conversations as entities. Messages are immutable but for the result of their generation; the tree is
 * `parentId`, and `branchId` + `depth` place a message in its run without forks (migrations/conversations).
 */
import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import type { Json } from '#kernel/broker/broker.ts';
import type { TableSet } from '#kernel/database/database.ts';
import type { ErrorCode } from '#kernel/errors.ts';
import type { RouteCandidate, Tool } from '#kernel/messages/generation-job.ts';
import type { FinishReason, ToolCall } from '#kernel/stream-log/stream-event.ts';

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

/** Statuses under which a message's text is still in the stream log. */
export const inFlightStatuses: readonly MessageStatus[] = ['QUEUED', 'STREAMING'];

/** Why a message failed, as clients see it. */
export interface Failure {
  readonly code: ErrorCode;
  readonly message: string;
  readonly retryable: boolean;
}

/** What an assistant message was admitted with; a queued one is dispatched later from this. */
export interface Generation {
  readonly userId: string;
  readonly candidates: readonly RouteCandidate[];
  /** What the model may call. In a row only while the answer waits to be dispatched: there are secrets in it. */
  readonly tools?: readonly Tool[] | undefined;
  readonly maxOutputTokens?: number | undefined;
  readonly temperature?: number | undefined;
}

/** What stays in the row of an answer that waits no more. */
export const withoutTools = ({ tools: _, ...generation }: Generation): Generation => generation;

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
  },
});
export type Conversation = InferEntity<typeof ConversationEntity>;

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
    /** Characters of all messages from the root to this one: an estimate of the prompt in one look-up. */
    pathLength: p.bigint('number'),
    role: p.text().$type<MessageRole>(),
    content: p.text(),
    status: p.text().$type<MessageStatus>(),
    finishReason: p.text().$type<FinishReason>().nullable(),
    failure: p.json<Failure>().nullable(),
    modelId: p.text().nullable(),
    generation: p.json<Generation>().nullable(),
    /** In the order of their start; null: none, or they are still in the log. */
    toolCalls: p.json<readonly ToolCall[]>().nullable(),
    /** When its job went to the outbox; null while it waits for an earlier one in the conversation. */
    dispatchedAt: p.datetime(3).nullable(),
    stopRequestedAt: p.datetime(3).nullable(),
    /** See `logIdOf`. Null: as `id`. */
    logId: p.uuid().nullable(),
    lastSeq: p.integer().default(0),
    createdAt: p.datetime(3).onCreate(() => new Date()),
    completedAt: p.datetime(3).nullable(),
  },
});
export type Message = InferEntity<typeof MessageEntity>;

/**
 * The id by which the stream log and the broker, which know replies of all tenants, call a reply. An id of a message is
 * its tenant's own: where another tenant has one of the same id, the log has a name of its own.
 */
export const logIdOf = ({ logId, id }: Pick<Message, 'logId' | 'id'>): string => logId ?? id;

/** One idempotency key, with what it led to. */
const SendEntity = defineEntity({
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

/** A job that is committed but not yet confirmed by the broker. */
export const OutboxEntity = defineEntity({
  name: 'OutboxRow',
  tableName: 'outbox',
  schema: 'conversations',
  properties: {
    id: p.uuid().primary(),
    tenantId: p.uuid(),
    routingKey: p.text(),
    /** The job's id at the broker: the log id of its reply. */
    messageId: p.uuid(),
    body: p.json<Json>(),
    createdAt: p.datetime(3).onCreate(() => new Date()),
  },
});

export const conversationsTables: TableSet = {
  name: 'conversations',
  entities: [ConversationEntity, MessageEntity, SendEntity, OutboxEntity],
};
