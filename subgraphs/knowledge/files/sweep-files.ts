/** Forgets files whose upload never came, and deletes blobs that no file names any more, every minute. */
import { LockMode } from '@mikro-orm/core';
import { repeatTask } from '#kernel/process/repeat-task.ts';
import { FileEntity } from '../entities.ts';
import { removeFile } from './delete-file.ts';
import { deleteDoomedBlobs } from './doom-blobs.ts';
import type { FileServices } from './file-services.ts';

const sweepEveryMs = 60_000;
const sweepRows = 100;
/** Milliseconds after the end of the URL in which an upload that began in time may be completed. */
const completionGraceMs = 15 * 60_000;

type SweepServices = Pick<FileServices, 'database' | 'blobs' | 'logger'>;

/** @param graceMs since the URL of the upload ended */
export const sweepFiles = async (services: SweepServices, graceMs = completionGraceMs): Promise<void> => {
  await services.database.asSystem(async (em) => {
    const abandoned = await em.find(
      FileEntity,
      { status: 'AWAITING_UPLOAD', uploadExpiresAt: { $lte: new Date(Date.now() - graceMs) } },
      // One that a client goes on with at this moment is locked, and waits no more or longer afterwards.
      { orderBy: { uploadExpiresAt: 'asc' }, limit: sweepRows, lockMode: LockMode.PESSIMISTIC_PARTIAL_WRITE },
    );
    for (const file of abandoned) await removeFile(em, file);
  });
  // Ends when there is nothing left, or the store refuses what is.
  while ((await deleteDoomedBlobs(services)) > 0);
};

/** Closing waits for a sweep that runs. */
export const startFileSweeper = (services: SweepServices): AsyncDisposable =>
  repeatTask({
    everyMs: sweepEveryMs,
    run: () => sweepFiles(services),
    onFault: (err) => services.logger.warn({ err }, 'sweep of files failed'),
  });
