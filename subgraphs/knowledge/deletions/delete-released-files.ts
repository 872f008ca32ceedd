/**
 * Deletes files that conversations have released: those that were purged were the last that had them. Invariant: a file
 * that is a document of a collection stays, and so does one of anybody else; doing it again changes nothing.
 */
import { z } from 'zod';
import { fileChangedTopic } from '#contracts/files.ts';
import type { FilesReleased } from '#contracts/files-released.ts';
import { arrayLiteral } from '#kernel/database/array-literal.ts';
import { FileEntity } from '../entities.ts';
import { removeFile } from '../files/delete-file.ts';
import { deleteDoomedBlobs } from '../files/doom-blobs.ts';
import type { DeletionServices } from './delete-user-data.ts';

const documentsSql = `
  select distinct file_id as id from knowledge.collection_documents where tenant_id = ? and file_id = any (?::uuid[])`;
const documentsSchema = z.array(z.object({ id: z.uuid() }));

/** Rejects while the database is away; then the event comes again. */
export const deleteReleasedFiles = async (
  services: DeletionServices,
  { tenantId, userId, fileIds }: FilesReleased,
): Promise<void> => {
  const { database, signals, logger } = services;
  const gone = await database.asSystem(async (em) => {
    const own = { tenantId, userId, id: { $in: [...fileIds] } };
    const files = await em.find(FileEntity, own, { orderBy: { id: 'asc' } });
    const rows = await em.execute(documentsSql, [tenantId, arrayLiteral(files.map(({ id }) => id))]);
    const documents = new Set(documentsSchema.parse(rows).map(({ id }) => id));
    const released = files.filter(({ id }) => !documents.has(id));
    for (const file of released) await removeFile(em, file);
    return released;
  });
  for (const { id } of gone) void signals.publish(fileChangedTopic(tenantId, id), {}).catch(() => undefined);
  await deleteDoomedBlobs(services).catch((err: unknown) => logger.warn({ err }, 'blobs left to the sweep'));
};
