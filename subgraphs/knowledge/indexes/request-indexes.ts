/**
 * Has documents embedded: a row for each file and model, and a job for it once the text of the file is there.
 * Invariant: a file is embedded once by a model, however many collections have it; a job that comes twice leads to the
 * same row.
 */
import type { EntityManager } from '@mikro-orm/sql';
import { v7 as uuidv7 } from 'uuid';
import { type EmbedJob, embedQueue } from '#contracts/embed-job.ts';
import { type OutboxRow, outboxRowOf, storeOutboxRow } from '#kernel/outbox/outbox-table.ts';
import { DocumentIndexEntity, FileEntity, OutboxEntity, type StoredFile } from '../entities.ts';

/** @param model undefined where passages have no vectors */
const jobOf = (file: StoredFile, indexId: string, model: string | undefined): EmbedJob => ({
  kind: 'embed',
  tenantId: file.tenantId,
  userId: file.userId,
  fileId: file.id,
  indexId,
  model,
  fileName: file.name,
});

/** Whether the database takes vectors. */
const hasVectors = async (em: EntityManager): Promise<boolean> => {
  const [row] = await em.execute<{ readonly has_vectors: boolean }[]>('select knowledge.has_vectors()');
  return row?.has_vectors ?? false;
};

/** In the current transaction. Returns the jobs to publish after it. */
export const requestIndexes = async (
  em: EntityManager,
  tenantId: string,
  fileIds: readonly string[],
  model: string,
): Promise<readonly OutboxRow[]> => {
  const files = await em.find(FileEntity, { tenantId, id: { $in: [...fileIds] } });
  const embeds = await hasVectors(em);
  const rows: OutboxRow[] = [];
  for (const file of files) {
    const failed = file.status === 'FAILED' ? file.failureMessage : null;
    // Of one that failed, another try is what adding it again asks for.
    const [index] = await em.execute<{ readonly id: string }[]>(
      `insert into knowledge.document_indexes (id, tenant_id, file_id, model, status, failure_message)
        values (?, ?, ?, ?, ?, ?)
        on conflict (tenant_id, file_id, model) do update set status = excluded.status, failure_message = null
          where document_indexes.status = 'FAILED'
        returning id`,
      [uuidv7(), tenantId, file.id, model, failed === null ? 'PENDING' : 'FAILED', failed],
    );
    if (!index || file.status !== 'READY') continue;
    const body = jobOf(file, index.id, embeds ? model : undefined);
    rows.push(
      storeOutboxRow(em, OutboxEntity, tenantId, outboxRowOf({ routingKey: embedQueue, messageId: index.id, body })),
    );
  }
  return rows;
};

/** For a file that a worker has looked at: the jobs that waited for its text. */
export const requestPendingIndexes = async (
  em: EntityManager,
  { tenantId, id: fileId }: Pick<StoredFile, 'tenantId' | 'id'>,
): Promise<readonly OutboxRow[]> => {
  const file = await em.findOne(FileEntity, { tenantId, id: fileId });
  if (!file) return [];
  if (file.status === 'FAILED') {
    await em.nativeUpdate(
      DocumentIndexEntity,
      { tenantId, fileId, status: 'PENDING' },
      { status: 'FAILED', failureMessage: file.failureMessage ?? null, updatedAt: new Date() },
    );
  }
  if (file.status !== 'READY') return [];
  const pending = await em.find(DocumentIndexEntity, { tenantId, fileId, status: 'PENDING' });
  const embeds = await hasVectors(em);
  return pending.map(({ id, model }) => {
    const body = jobOf(file, id, embeds ? model : undefined);
    return storeOutboxRow(em, OutboxEntity, tenantId, outboxRowOf({ routingKey: embedQueue, messageId: id, body }));
  });
};
