/** Collections and their documents by id and in pages. Invariant: a user finds what the rules of access allow. */
import { z } from 'zod';
import type { Identity } from '#contracts/identity.ts';
import type { Database } from '#kernel/database/database.ts';
import { AppError } from '#kernel/errors.ts';
import {
  decodeCursor,
  forwardPage,
  forwardPageSize,
  type Page,
  type PageArguments,
} from '#kernel/subgraph-server/paging.ts';
import { type Collection, CollectionEntity, CollectionReaderEntity } from '../entities.ts';
import { readableCollections, requireCollection } from './collection-access.ts';

export const documentStatuses = ['WAITING', 'PROCESSING', 'READY', 'FAILED'] as const;
export type DocumentStatus = (typeof documentStatuses)[number];

/** A file in a collection. */
export interface Document {
  readonly fileId: string;
  readonly status: DocumentStatus;
  readonly failure: string | null;
  readonly chunkCount: number;
  readonly addedAt: Date;
}

/** Null where there is none that may be read. */
export const findCollection = async (
  database: Database,
  identity: Identity,
  id: string,
): Promise<Collection | null> => {
  try {
    return await requireCollection(database.forTenant(identity.tenantId), identity, id, 'read');
  } catch (fault) {
    if (fault instanceof AppError && fault.code === 'NOT_FOUND') return null;
    throw fault;
  }
};

/** Newest first. Throws BAD_USER_INPUT. */
export const listCollections = async (
  database: Database,
  identity: Identity,
  args: PageArguments,
): Promise<Page<Collection>> => {
  const { tenantId, userId } = identity;
  const size = forwardPageSize(args);
  const before = args.after == null ? [] : [decodeCursor(z.uuid(), args.after, 'after')];
  const em = database.forTenant(tenantId);
  const rows = await em.execute<{ readonly id: string }[]>(
    `select c.id from knowledge.readable_collections(?) c
      ${before.length === 0 ? '' : 'where c.id < ?'} order by c.id desc limit ?`,
    [userId, ...before, size + 1],
  );
  const ids = rows.map(({ id }) => id);
  const collections = await em.find(CollectionEntity, { tenantId, id: { $in: ids } }, { orderBy: { id: 'desc' } });
  return forwardPage(args, collections, ({ id }) => id);
};

/** The readable ones of these, in their order. */
export const findReadable = async (
  database: Database,
  identity: Identity,
  ids: readonly string[],
): Promise<readonly Collection[]> => {
  const found = await readableCollections(database.forTenant(identity.tenantId), identity, ids);
  const byId = new Map(found.map((collection) => [collection.id, collection]));
  return ids.flatMap((id) => byId.get(id) ?? []);
};

/** The users whom a collection lists. */
export const readersOf = async (database: Database, { tenantId, id }: Collection): Promise<readonly string[]> => {
  const rows = await database.forTenant(tenantId).find(CollectionReaderEntity, { tenantId, collectionId: id });
  return rows.map(({ userId }) => userId);
};

const documentRows = z.array(
  z.object({
    file_id: z.uuid(),
    status: z.enum(documentStatuses),
    failure: z.string().nullable(),
    chunk_count: z.coerce.number(),
    added_at: z.coerce.date(),
  }),
);

/** Of a collection that may be read, the latest added first. While it is reindexed, by the model that it has. */
export const listDocuments = async (
  database: Database,
  { tenantId, id, embeddingModel }: Collection,
  args: PageArguments,
): Promise<Page<Document>> => {
  const size = forwardPageSize(args);
  const after =
    args.after == null ? undefined : decodeCursor(z.tuple([z.iso.datetime(), z.uuid()]), args.after, 'after');
  const rows = documentRows.parse(
    await database.forTenant(tenantId).execute(
      `select d.file_id, d.added_at, coalesce(i.chunk_count, 0) as chunk_count,
          coalesce(f.failure_message, i.failure_message) as failure,
          case when f.status = 'FAILED' or i.status = 'FAILED' then 'FAILED' when i.status = 'READY' then 'READY'
            when f.status = 'READY' then 'PROCESSING' else 'WAITING' end as status
        from knowledge.collection_documents d
        join knowledge.files f on f.tenant_id = d.tenant_id and f.id = d.file_id
        left join knowledge.document_indexes i
          on i.tenant_id = d.tenant_id and i.file_id = d.file_id and i.model = ?
        where d.tenant_id = ? and d.collection_id = ?
          ${after === undefined ? '' : 'and (d.added_at, d.file_id) < (?::timestamptz, ?::uuid)'}
        order by d.added_at desc, d.file_id desc limit ?`,
      [embeddingModel, tenantId, id, ...(after ?? []), size + 1],
    ),
  );
  const documents = rows.map(({ file_id, status, failure, chunk_count, added_at }) => ({
    ...{ fileId: file_id, status, failure, chunkCount: chunk_count, addedAt: added_at },
  }));
  return forwardPage(args, documents, ({ addedAt, fileId }) => [addedAt.toISOString(), fileId]);
};

export const countDocuments = async (database: Database, { tenantId, id }: Collection): Promise<number> => {
  const [row] = await database
    .forTenant(tenantId)
    .execute<{ readonly count: string }[]>(
      'select count(*) from knowledge.collection_documents where tenant_id = ? and collection_id = ?',
      [tenantId, id],
    );
  return Number(row?.count ?? 0);
};

/** The index of a collection: how the vectors of its model are, and how far the next one is. */
export interface CollectionIndex {
  /** Numbers of a vector; null where no document has one. */
  readonly dimensions: number | null;
  /** Documents that the next model has embedded, or cannot; null where there is no next model. */
  readonly nextCount: number | null;
}

const indexRows = z.array(z.object({ dimensions: z.coerce.number(), next_count: z.coerce.number() }));

export const readIndex = async (
  database: Database,
  { tenantId, id, embeddingModel, nextModel }: Collection,
): Promise<CollectionIndex> => {
  const [row] = indexRows.parse(
    await database.forTenant(tenantId).execute(
      `select coalesce(max(i.dimensions) filter (where i.model = ? and i.status = 'READY'), 0) as dimensions,
          count(*) filter (where i.model = ? and i.status <> 'PENDING') as next_count
        from knowledge.collection_documents d
        join knowledge.document_indexes i on i.tenant_id = d.tenant_id and i.file_id = d.file_id
        where d.tenant_id = ? and d.collection_id = ?`,
      [embeddingModel, nextModel ?? '', tenantId, id],
    ),
  );
  return { dimensions: row?.dimensions || null, nextCount: nextModel == null ? null : (row?.next_count ?? 0) };
};
