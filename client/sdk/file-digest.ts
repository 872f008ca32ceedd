/**
 * The SHA-256 of a file. Invariant: memory holds at most `wholeBytes` of it, however long it is. Browsers compute
 * digests of what is in memory only, so a longer file is read in pieces by a library, at about an eighth of the speed.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { fileUnreadable } from './errors.ts';

/** Files up to this size, which all that models read are, are digested at once. */
const wholeBytes = 32 * 1_048_576;
/** Short enough that a page responds in between. */
const pieceBytes = 2 * 1_048_576;

const hexOf = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');

const read = (blob: Blob): Promise<ArrayBuffer> =>
  blob.arrayBuffer().catch((fault: unknown) => {
    throw fileUnreadable(fault);
  });

/** In hexadecimal digits. Rejects with FILE_UNREADABLE, or with the reason of the signal. */
export const digestOf = async (blob: Blob, signal: AbortSignal): Promise<string> => {
  if (blob.size <= wholeBytes) {
    return hexOf(new Uint8Array(await crypto.subtle.digest('SHA-256', await read(blob))));
  }
  const digest = sha256.create();
  for (let start = 0; start < blob.size; start += pieceBytes) {
    signal.throwIfAborted();
    digest.update(new Uint8Array(await read(blob.slice(start, start + pieceBytes))));
  }
  return hexOf(digest.digest());
};
