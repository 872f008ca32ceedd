/** Requests an import of a file of the caller: a row, which is the job too. A user has one import at a time. */
import { UniqueConstraintViolationException } from '@mikro-orm/core';
import { v7 as uuidv7, validate } from 'uuid';
import type { Identity } from '#contracts/identity.ts';
import type { Database } from '#kernel/database/database.ts';
import { AppError } from '#kernel/errors.ts';
import type { OwnFiles } from '../files/own-files.ts';
import { type Transfer, TransferEntity } from '../transfer-entities.ts';
import type { TransferRunner } from '../transfers/transfer-runner.ts';

export interface ImportRequestServices {
  readonly database: Database;
  readonly files: Pick<OwnFiles, 'find'>;
  readonly transfers: Pick<TransferRunner, 'wake'>;
}

/** Throws NOT_FOUND, BAD_USER_INPUT for a file that is not READY, RATE_LIMITED while another import runs. */
export const requestImport = async (
  { database, files, transfers }: ImportRequestServices,
  identity: Identity,
  fileId: string,
): Promise<Transfer> => {
  const { tenantId, userId } = identity;
  const file = validate(fileId) ? await files.find(identity, fileId) : null;
  if (!file) throw new AppError('NOT_FOUND', 'There is no such file, or it is not yours.');
  if (file.status !== 'READY') {
    throw new AppError('BAD_USER_INPUT', 'The file is not READY. Upload it, and wait until it has been checked.', {
      argument: 'fileId',
    });
  }
  const em = database.forTenant(tenantId);
  const requested = em.create(TransferEntity, {
    ...{ id: uuidv7(), tenantId, userId, kind: 'IMPORT' as const, fileId: file.id, fileName: file.name },
    ...{ status: 'QUEUED' as const, done: 0, attempts: 0, createdAt: new Date() },
  });
  try {
    await em.flush();
  } catch (fault) {
    if (!(fault instanceof UniqueConstraintViolationException)) throw fault;
    throw new AppError('RATE_LIMITED', 'Another import of yours is running. Wait until it has ended.', {
      retryAfterMs: 10_000,
    });
  }
  transfers.wake();
  return requested;
};
