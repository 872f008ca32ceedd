/**
 * Stores what a worker found in a file. Invariant: the first result of a file counts, a file that failed gives its
 * bytes back, and the blobs of a file that is gone meanwhile are deleted.
 */
import { LockMode } from '@mikro-orm/core';
import { madeKeys } from '#contracts/blob-keys.ts';
import type { FileIngested } from '#contracts/broker-events.ts';
import { fileChangedTopic } from '#contracts/files.ts';
import { FileEntity } from '../entities.ts';
import { deleteDoomedBlobs, doomBlobs, doomFile, doomUpload } from '../files/doom-blobs.ts';
import type { FileServices } from '../files/file-services.ts';
import { releaseStorage } from '../files/storage-quota.ts';

export const storeIngestion = async (
  services: Pick<FileServices, 'database' | 'blobs' | 'signals' | 'logger'>,
  event: FileIngested,
): Promise<void> => {
  const { tenantId, fileId } = event;
  const changed = await services.database.asSystem(async (em) => {
    const file = await em.findOne(FileEntity, { tenantId, id: fileId }, { lockMode: LockMode.PESSIMISTIC_WRITE });
    if (!file) {
      // What was uploaded went with the file.
      doomBlobs(em, tenantId, madeKeys({ tenantId, fileId }), new Date());
      return false;
    }
    if (file.status !== 'PROCESSING') return false;
    const { failure, content } = event;
    if (!content) {
      const { code, message } = failure ?? { code: 'DAMAGED', message: 'The file could not be read.' };
      em.assign(file, { status: 'FAILED', failureCode: code, failureMessage: message });
      await releaseStorage(em, file);
      doomFile(em, file);
      return true;
    }
    em.assign(file, { status: 'READY', ...content });
    doomUpload(em, file);
    return true;
  });
  await deleteDoomedBlobs(services);
  if (changed) await services.signals.publish(fileChangedTopic(tenantId, fileId), {}).catch(() => undefined);
};
