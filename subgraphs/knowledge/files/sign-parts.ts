/**
 * Signs the uploads of parts of a file. Invariant: the row of the file knows of a part before its URL exists, so the
 * part is deleted with the file; and as long as parts are asked for, the file waits.
 */
import { partKey } from '#contracts/blob-keys.ts';
import type { Identity } from '#contracts/identity.ts';
import type { SignedUpload } from '#kernel/blobs/blobs.ts';
import { AppError } from '#kernel/errors.ts';
import type { StoredFile } from '../entities.ts';
import { requireBlobs } from './create-file.ts';
import { sha256Pattern } from './file-input.ts';
import { partBytes, partCount, partLength } from './file-parts.ts';
import type { FileServices } from './file-services.ts';
import { requireOwnFile } from './find-files.ts';

export interface PartInput {
  /** From 1. */
  readonly number: number;
  readonly sha256: string;
}

export interface SignedPart {
  readonly number: number;
  readonly upload: SignedUpload;
}

/** Parts of one request: 256 MiB, more than a connection sends while their URLs hold by default, if it is slow. */
export const maxSignedParts = 32;

/** What a part is to the store, which looks at no content. */
const mediaType = 'application/octet-stream';

const refuse = (argument: string, sentence: string): never => {
  throw new AppError('BAD_USER_INPUT', sentence, { argument });
};

/** Throws BAD_USER_INPUT. */
const checkParts = ({ byteSize }: StoredFile, parts: readonly PartInput[]): readonly PartInput[] => {
  const count = partCount(byteSize);
  if (count === 0) refuse('id', `A file of at most ${partBytes} bytes has no parts: upload it whole.`);
  if (parts.length === 0 || parts.length > maxSignedParts) {
    refuse('parts', `"parts" has 1 to ${maxSignedParts} parts.`);
  }
  const numbers = new Set(parts.map(({ number }) => number));
  if (numbers.size < parts.length) refuse('parts', '"parts" names each part once.');
  return parts.map(({ number, sha256 }) => {
    if (number < 1 || number > count) refuse('parts', `The file has the parts 1 to ${count}.`);
    const digest = sha256.toLowerCase();
    if (!sha256Pattern.test(digest)) refuse('parts', 'The "sha256" of a part has 64 hexadecimal digits.');
    return { number, sha256: digest };
  });
};

const markSql = `
  update knowledge.files
  set signed_parts = greatest(signed_parts, ?), upload_expires_at = greatest(upload_expires_at, ?), updated_at = now()
  where tenant_id = ? and user_id = ? and id = ? and status = 'AWAITING_UPLOAD' returning id`;

/** In the order in which they were given. Throws NOT_FOUND, BAD_USER_INPUT and SUBGRAPH_UNAVAILABLE. */
export const signFileParts = async (
  services: FileServices,
  identity: Identity,
  { id, parts: given }: { readonly id: string; readonly parts: readonly PartInput[] },
): Promise<readonly SignedPart[]> => {
  const { database, blobs, uploadSeconds } = services;
  const { tenantId, userId } = identity;
  const file = await requireOwnFile(database, identity, id);
  const parts = checkParts(file, given);
  await requireBlobs(services);
  const highest = Math.max(...parts.map(({ number }) => number));
  const expiresAt = new Date(Date.now() + uploadSeconds * 1000);
  const marked = await database
    .forTenant(tenantId)
    .transactional((em) => em.execute<unknown[]>(markSql, [highest, expiresAt, tenantId, userId, file.id]));
  if (marked.length === 0) refuse('id', 'The file awaits no upload any more.');
  const owner = { tenantId, fileId: file.id };
  return Promise.all(
    parts.map(async ({ number, sha256 }) => ({
      number,
      upload: await blobs.signUpload({
        key: partKey(owner, number),
        byteSize: partLength(file.byteSize, number),
        mediaType,
        sha256,
        expiresInSeconds: uploadSeconds,
      }),
    })),
  );
};
