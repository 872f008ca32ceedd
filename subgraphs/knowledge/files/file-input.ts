/** Checks what a client says of a file before anything is stored of it. */
import type { FilePurpose } from '#contracts/files.ts';
import type { StorageLimits } from '#contracts/storage-limits.ts';
import { AppError } from '#kernel/errors.ts';

export interface FileInput {
  readonly name: string;
  readonly mediaType: string;
  readonly byteSize: number;
  readonly sha256: string;
  readonly purpose: FilePurpose;
}

export const maxNameLength = 255;
const typePattern = /^[a-z0-9][a-z0-9!#$&^_.+-]{0,63}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,63}$/;
export const sha256Pattern = /^[0-9a-f]{64}$/;

/** The last segment of a path, without characters that nobody sees or that turn the reading direction. */
const cleanName = (name: string): string =>
  name
    .normalize('NFC')
    .replaceAll(/[\p{Cc}\p{Cs}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, '')
    .replace(/^.*[\\/]/s, '')
    .trim();

const refuse = (argument: string, sentence: string): never => {
  throw new AppError('BAD_USER_INPUT', sentence, { argument });
};

/** Throws BAD_USER_INPUT, and PAYLOAD_TOO_LARGE beyond the bytes of one file. */
export const checkFileInput = (input: FileInput, limits: StorageLimits): FileInput => {
  if (input.name.length > 4 * maxNameLength) refuse('name', `"name" has at most ${maxNameLength} characters.`);
  const name = cleanName(input.name);
  if (name === '' || name.length > maxNameLength) refuse('name', `"name" has 1 to ${maxNameLength} characters.`);
  // Parameters, such as the charset, are found in the content.
  const mediaType = (input.mediaType.split(';', 1)[0] ?? '').trim().toLowerCase();
  if (!typePattern.test(mediaType)) refuse('mediaType', '"mediaType" is a media type such as application/pdf.');
  const sha256 = input.sha256.toLowerCase();
  if (!sha256Pattern.test(sha256)) refuse('sha256', '"sha256" has 64 hexadecimal digits.');
  if (input.byteSize < 1) refuse('byteSize', 'An empty file has nothing to read.');
  const maxBytes = limits.fileBytes[input.purpose];
  if (input.byteSize > maxBytes) {
    throw new AppError('PAYLOAD_TOO_LARGE', `A file has at most ${maxBytes} bytes.`, { details: { maxBytes } });
  }
  return { ...input, name, mediaType, sha256 };
};
