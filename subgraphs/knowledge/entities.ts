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

export const OutboxEntity = defineOutbox('knowledge');

export const knowledgeTables: TableSet = {
  name: 'knowledge',
  entities: [FileEntity, StorageEntity, TenantStorageEntity, DoomedBlobEntity, OutboxEntity],
};
