/**
 * The tables of what leaves and enters: shares, exports, imports. A share is a view of a branch as it was when it was
 * made, so it names the last message that belongs to it, and messages above that one do not change. An export or import
 * is a transfer, whose row is its job too.
 */
import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import type { Failure } from './failure.ts';

export const ShareEntity = defineEntity({
  name: 'Share',
  tableName: 'shares',
  schema: 'conversations',
  properties: {
    id: p.uuid().primary(),
    tenantId: p.uuid().primary(),
    conversationId: p.uuid(),
    ownerId: p.uuid(),
    /** SHA-256 of the token, in hexadecimal. The token itself is stored nowhere. */
    tokenHash: p.text(),
    lastMessageId: p.uuid(),
    messageCount: p.integer(),
    /** That of the conversation when it was shared. */
    title: p.text().nullable(),
    /** Whether attached files and cited passages are shown too. */
    withFiles: p.boolean().default(false),
    createdAt: p.datetime(3),
    /** Null for never. */
    expiresAt: p.datetime(3).nullable(),
    revokedAt: p.datetime(3).nullable(),
  },
});
export type Share = InferEntity<typeof ShareEntity>;

/** Of a tenant. Without a row, conversations may be shared. */
export const SharingPolicyEntity = defineEntity({
  name: 'SharingPolicy',
  tableName: 'sharing_policies',
  schema: 'conversations',
  properties: { tenantId: p.uuid().primary(), isAllowed: p.boolean() },
});

export const transferKinds = ['CONVERSATION_EXPORT', 'DATA_EXPORT', 'IMPORT'] as const;
export type TransferKind = (typeof transferKinds)[number];
export type TransferStatus = 'QUEUED' | 'RUNNING' | 'READY' | 'FAILED' | 'EXPIRED';
export type ExportFormat = 'JSON' | 'MARKDOWN' | 'HTML';

/** Why something of a source was left out. */
export type LeftOutReason =
  | 'ALREADY_IMPORTED'
  | 'UNREADABLE'
  | 'EMPTY'
  | 'TOO_MANY_MESSAGES'
  | 'TEXT_TOO_LONG'
  | 'BLOCKED'
  | 'NOT_TEXT'
  | 'NOT_A_MESSAGE'
  | 'TOO_MANY_CONVERSATIONS';

/** What an import has done so far. */
export interface ImportReport {
  /** Undefined before the source was looked at. */
  readonly source?: 'PARLANCE' | 'CHATGPT' | 'LIBRECHAT';
  readonly conversations: number;
  readonly messages: number;
  /** How often each reason, with the title of the first conversation that it was about. */
  readonly leftOut: readonly { readonly reason: LeftOutReason; readonly count: number; readonly example?: string }[];
}

export const TransferEntity = defineEntity({
  name: 'Transfer',
  tableName: 'transfers',
  schema: 'conversations',
  properties: {
    id: p.uuid().primary(),
    tenantId: p.uuid().primary(),
    userId: p.uuid(),
    kind: p.text().$type<TransferKind>(),
    /** Of an export of one conversation. */
    conversationId: p.uuid().nullable(),
    format: p.text().$type<ExportFormat>().nullable(),
    /** Of the words around the texts of an export. */
    language: p.text().nullable(),
    /** Of an import: what is read. */
    fileId: p.uuid().nullable(),
    status: p.text().$type<TransferStatus>(),
    /** Of `total`: conversations, or messages of the one that is exported. */
    done: p.integer().default(0),
    total: p.integer().nullable(),
    attempts: p.integer().default(0),
    holder: p.uuid().nullable(),
    leasedUntil: p.datetime(3).nullable(),
    /** Of an export that is READY. */
    blobKey: p.text().nullable(),
    byteSize: p.bigint('number').nullable(),
    fileName: p.text().nullable(),
    mediaType: p.text().nullable(),
    failure: p.json<Failure>().nullable(),
    report: p.json<ImportReport>().nullable(),
    createdAt: p.datetime(3),
    completedAt: p.datetime(3).nullable(),
    /** When the file of an export is deleted. */
    expiresAt: p.datetime(3).nullable(),
  },
});
export type Transfer = InferEntity<typeof TransferEntity>;

/** A conversation that an import has stored, by the id that its source gave it. */
export const ImportedConversationEntity = defineEntity({
  name: 'ImportedConversation',
  tableName: 'imported_conversations',
  schema: 'conversations',
  properties: {
    tenantId: p.uuid().primary(),
    userId: p.uuid().primary(),
    source: p.text().primary(),
    sourceId: p.text().primary(),
    conversationId: p.uuid(),
    /** The import that stored it. */
    transferId: p.uuid(),
  },
});
