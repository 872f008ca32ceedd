/**
 * Short-lived URLs of what a file's owner may load. Invariant: nothing but pictures that we made ourselves is shown in
 * a browser; everything else is saved under its name.
 */
import { fileKey, previewKey } from '#contracts/blob-keys.ts';
import type { Identity } from '#contracts/identity.ts';
import type { StoredFile } from '../entities.ts';
import type { FileServices } from './file-services.ts';

type LinkServices = Pick<FileServices, 'blobs' | 'downloadSeconds'>;

const isReadable = ({ status, tenantId, userId }: StoredFile, identity: Identity): boolean =>
  status === 'READY' && tenantId === identity.tenantId && userId === identity.userId;

/** Null unless the file is ready and the identity's own. */
export const signDownload = async (
  { blobs, downloadSeconds }: LinkServices,
  identity: Identity,
  file: StoredFile,
): Promise<string | null> => {
  if (!isReadable(file, identity)) return null;
  const { tenantId, id: fileId, name: fileName, mediaType } = file;
  const key = fileKey({ tenantId, fileId });
  return blobs.signDownload({ key, fileName, mediaType, disposition: 'attachment', expiresInSeconds: downloadSeconds });
};

/** Null unless the file has a preview too. */
export const signPreview = async (
  { blobs, downloadSeconds }: LinkServices,
  identity: Identity,
  file: StoredFile,
): Promise<string | null> => {
  if (!isReadable(file, identity) || !file.hasPreview) return null;
  const key = previewKey({ tenantId: file.tenantId, fileId: file.id });
  const terms = { fileName: `${file.name}.webp`, mediaType: 'image/webp', disposition: 'inline' } as const;
  return blobs.signDownload({ key, ...terms, expiresInSeconds: downloadSeconds });
};
