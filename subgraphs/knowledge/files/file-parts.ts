/**
 * The parts of an upload. A part is a blob of its own in quarantine, so that an upload that breaks off goes on behind
 * the parts that are there. Invariant: the blob store says which parts are there; the row of a file only says up to
 * which number there may be any.
 */
import { partKey } from '#contracts/blob-keys.ts';
import type { Blobs } from '#kernel/blobs/blobs.ts';
import { AppError } from '#kernel/errors.ts';
import type { StoredFile } from '../entities.ts';

/**
 * Bytes of each part but the last. A broken connection costs at most one part, and the largest file has 125 of them, so
 * that looking for all takes about a second. Files that await their upload have parts of this size: another size would
 * need a column.
 */
export const partBytes = 8 * 1_048_576;

/** Requests to the blob store at a time. */
const looksAtOnce = 8;

/** How many parts a file has; 0 where it fits one, and is uploaded whole. */
export const partCount = (byteSize: number): number => (byteSize > partBytes ? Math.ceil(byteSize / partBytes) : 0);

/** @param number from 1 to `partCount` */
export const partLength = (byteSize: number, number: number): number =>
  Math.min(partBytes, byteSize - (number - 1) * partBytes);

/** Bytes of a key; undefined where there are none. */
export const lengthIfThere = (blobs: Blobs, key: string): Promise<number | undefined> =>
  blobs.byteSize(key).catch((fault: unknown) => {
    if (fault instanceof AppError && fault.code === 'NOT_FOUND') return undefined;
    throw fault;
  });

/** Bytes of each part that may be there, in their order; undefined where there are none. */
const lengthsOfParts = async (
  blobs: Blobs,
  { tenantId, id, signedParts }: StoredFile,
): Promise<readonly (number | undefined)[]> => {
  const owner = { tenantId, fileId: id };
  const lengths: (number | undefined)[] = [];
  for (let first = 1; first <= signedParts; first += looksAtOnce) {
    const numbers = Array.from({ length: Math.min(looksAtOnce, signedParts - first + 1) }, (_, index) => first + index);
    lengths.push(...(await Promise.all(numbers.map((number) => lengthIfThere(blobs, partKey(owner, number))))));
  }
  return lengths;
};

/** The numbers of the parts of a file that are there. */
export const receivedParts = async (blobs: Blobs, file: StoredFile): Promise<readonly number[]> => {
  const lengths = await lengthsOfParts(blobs, file);
  return lengths.flatMap((length, index) => (length === partLength(file.byteSize, index + 1) ? [index + 1] : []));
};

/**
 * The numbers of the parts that are missing. One of another length, as a store that looks at no signature takes it, is
 * deleted, so that it can be uploaded again.
 */
export const missingParts = async (blobs: Blobs, file: StoredFile): Promise<readonly number[]> => {
  const lengths = await lengthsOfParts(blobs, file);
  const missing: number[] = [];
  for (let number = 1; number <= partCount(file.byteSize); number += 1) {
    const length = lengths[number - 1];
    if (length === partLength(file.byteSize, number)) continue;
    if (length !== undefined) await blobs.delete(partKey({ tenantId: file.tenantId, fileId: file.id }, number));
    missing.push(number);
  }
  return missing;
};
