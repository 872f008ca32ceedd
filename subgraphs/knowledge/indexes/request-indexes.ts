/**
 * Has documents embedded: a row for each file and model, and a job for it once the text of the file is there.
 * Invariants: a file is embedded once by a model, however many collections have it; an index has one job for each time
 * that it is asked for, however often its file is reported as read, because each job is paid for.
 */
import { LockMode } from '@mikro-orm/core';
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

/** Stores the job of an index, in the transaction that notes that it is requested. */
const storeJob = (em: EntityManager, file: StoredFile, indexId: string, model: string | undefined): OutboxRow => {
  const row = outboxRowOf({ routingKey: embedQueue, messageId: indexId, body: jobOf(file, indexId, model) });
  return storeOutboxRow(em, OutboxEntity, file.tenantId, row);
};

/** In the current transaction. Returns the jobs to publish after it. */
export const requestIndexes = async (
  em: EntityManager,
  tenantId: string,
  fileIds: readonly string[],
  model: string,
): Promise<readonly OutboxRow[]> => {
  // Locked, so that either these rows are there when a file becomes READY, or the file is READY here.
  const files = await em.find(
    FileEntity,
    { tenantId, id: { $in: [...fileIds] } },
    { lockMode: LockMode.PESSIMISTIC_READ, orderBy: { id: 'asc' } },
  );
  const embeds = await hasVectors(em);
  const rows: OutboxRow[] = [];
  for (const file of files) {
    const failed = file.status === 'FAILED' ? file.failureMessage : null;
    const isRequested = file.status === 'READY';
    // Of one that failed, another try is what adding it again asks for.
    const [index] = await em.execute<{ readonly id: string }[]>(
      `insert into knowledge.document_indexes (id, tenant_id, file_id, model, status, failure_message, requested_at)
        values (?, ?, ?, ?, ?, ?, case when ?::boolean then now() end)
        on conflict (tenant_id, file_id, model) do update
          set status = excluded.status, failure_message = null, requested_at = excluded.requested_at
          where document_indexes.status = 'FAILED'
        returning id`,
      [uuidv7(), tenantId, file.id, model, failed === null ? 'PENDING' : 'FAILED', failed, isRequested],
    );
    if (index && isRequested) rows.push(storeJob(em, file, index.id, embeds ? model : undefined));
  }
  return rows;
};

/** For a file that a worker has looked at: the jobs that waited for its text, once. */
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
  const pending = await em.execute<{ readonly id: string; readonly model: string }[]>(
    `update knowledge.document_indexes set requested_at = now()
      where tenant_id = ? and file_id = ? and status = 'PENDING' and requested_at is null
      returning id, model`,
    [tenantId, fileId],
  );
  const embeds = await hasVectors(em);
  return pending.map(({ id, model }) => storeJob(em, file, id, embeds ? model : undefined));
};
