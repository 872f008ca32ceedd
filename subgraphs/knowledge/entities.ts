/** The tables of knowledge as entities. Every row belongs to a tenant, and every file to a user of it. */
import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { fileFailureCodes, fileKinds, filePurposes, fileStatuses } from '#contracts/files.ts';
import type { TableSet } from '#kernel/database/database.ts';
import { defineOutbox } from '#kernel/outbox/outbox-table.ts';

export const FileEntity = defineEntity({
  name: 'File',
  tableName: 'files',
  schema: 'knowledge',
  properties: {
    id: p.uuid().primary(),
    tenantId: p.uuid(),
    userId: p.uuid(),
    purpose: p.enum(filePurposes),
    name: p.text(),
    declaredType: p.text(),
    mediaType: p.text(),
    byteSize: p.bigint('number'),
    sha256: p.text(),
    kind: p.enum(fileKinds),
    status: p.enum(fileStatuses),
    failureCode: p.enum(fileFailureCodes).nullable(),
    failureMessage: p.text().nullable(),
    pageCount: p.integer().nullable(),
    textLength: p.integer().nullable(),
    hasPreview: p.boolean().default(false),
    /** The highest number of a part whose upload was signed. */
    signedParts: p.integer().default(0),
    uploadExpiresAt: p.datetime(3),
    createdAt: p.datetime(3).onCreate(() => new Date()),
    updatedAt: p
      .datetime(3)
      .onCreate(() => new Date())
      .onUpdate(() => new Date()),
  },
});
export type StoredFile = InferEntity<typeof FileEntity>;

/** Bytes and files that are reserved for a user. */
export const StorageEntity = defineEntity({
  name: 'Storage',
  tableName: 'storage',
  schema: 'knowledge',
  properties: {
    tenantId: p.uuid().primary(),
    userId: p.uuid().primary(),
    bytes: p.bigint('number').default(0),
    files: p.integer().default(0),
  },
});

export type UserStorage = InferEntity<typeof StorageEntity>;

/** Blobs that no row names any more, until they are deleted. */
export const DoomedBlobEntity = defineEntity({
  name: 'DoomedBlob',
  tableName: 'doomed_blobs',
  schema: 'knowledge',
  properties: {
    id: p.uuid().primary(),
    tenantId: p.uuid(),
    key: p.text(),
    dueAt: p.datetime(3),
  },
});

/** Bytes that are reserved for all files of a tenant. */
export const TenantStorageEntity = defineEntity({
  name: 'TenantStorage',
  tableName: 'tenant_storage',
  schema: 'knowledge',
  properties: { tenantId: p.uuid().primary(), bytes: p.bigint('number').default(0) },
});

export const collectionAccesses = ['TENANT', 'LISTED', 'PRIVATE'] as const;
export type CollectionAccess = (typeof collectionAccesses)[number];

/** Documents that replies may draw on. */
export const CollectionEntity = defineEntity({
  name: 'Collection',
  tableName: 'collections',
  schema: 'knowledge',
  properties: {
    id: p.uuid().primary(),
    tenantId: p.uuid(),
    ownerId: p.uuid(),
    name: p.text(),
    description: p.text().nullable(),
    access: p.enum(collectionAccesses),
    embeddingModel: p.text(),
    /** The model that replaces it as soon as every document is embedded by that one too. */
    nextModel: p.text().nullable(),
    createdAt: p.datetime(3).onCreate(() => new Date()),
    updatedAt: p
      .datetime(3)
      .onCreate(() => new Date())
      .onUpdate(() => new Date()),
  },
});
export type Collection = InferEntity<typeof CollectionEntity>;

/** A user who may read a collection whose access is LISTED. */
export const CollectionReaderEntity = defineEntity({
  name: 'CollectionReader',
  tableName: 'collection_readers',
  schema: 'knowledge',
  properties: { tenantId: p.uuid().primary(), collectionId: p.uuid().primary(), userId: p.uuid().primary() },
});

const indexStatuses = ['PENDING', 'READY', 'FAILED'] as const;

/** The passages of a file as one model embeds them. */
export const DocumentIndexEntity = defineEntity({
  name: 'DocumentIndex',
  tableName: 'document_indexes',
  schema: 'knowledge',
  properties: {
    id: p.uuid().primary(),
    tenantId: p.uuid(),
    fileId: p.uuid(),
    model: p.text(),
    status: p.enum(indexStatuses),
    failureMessage: p.text().nullable(),
    /** When its job was stored; null while the file has not been read. */
    requestedAt: p.datetime(3).nullable(),
    dimensions: p.integer().default(0),
    chunkCount: p.integer().default(0),
    termCount: p.bigint('number').default(0),
    /** Of the rules that made the terms of its passages. */
    termsVersion: p.integer().default(0),
    createdAt: p.datetime(3).onCreate(() => new Date()),
    updatedAt: p
      .datetime(3)
      .onCreate(() => new Date())
      .onUpdate(() => new Date()),
  },
});

export const OutboxEntity = defineOutbox('knowledge');

export const knowledgeTables: TableSet = {
  name: 'knowledge',
  entities: [
    ...[FileEntity, StorageEntity, TenantStorageEntity, DoomedBlobEntity, OutboxEntity],
    ...[CollectionEntity, CollectionReaderEntity, DocumentIndexEntity],
  ],
};
