/** Signs the URL by which the file of an export is downloaded, for as long as the file exists. */
import type { Blobs } from '#kernel/blobs/blobs.ts';
import type { Transfer } from '../transfer-entities.ts';

export const signExport = async (
  blobs: Pick<Blobs, 'signDownload'>,
  { status, blobKey, fileName, mediaType, expiresAt }: Transfer,
): Promise<string | null> => {
  if (status !== 'READY' || blobKey == null || expiresAt == null) return null;
  const expiresInSeconds = Math.floor((expiresAt.getTime() - Date.now()) / 1000);
  if (expiresInSeconds < 1) return null;
  return blobs.signDownload({
    key: blobKey,
    fileName: fileName ?? 'export',
    mediaType: mediaType ?? 'application/octet-stream',
    disposition: 'attachment',
    expiresInSeconds,
  });
};
