/**
 * A file that cannot be used, for a reason that people can read. Any other fault of a reader means that the file is
 * damaged.
 */
import type { FileFailureCode } from '#contracts/files.ts';

export class ExtractionFault extends Error {
  override readonly name = 'ExtractionFault';
  readonly code: FileFailureCode;

  constructor(code: FileFailureCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

export const damaged = (cause?: unknown): ExtractionFault =>
  new ExtractionFault('DAMAGED', 'The file is damaged, or is not what it seems to be.', cause);

export const encrypted = (): ExtractionFault =>
  new ExtractionFault('ENCRYPTED', 'The file is protected by a password. Save it without one.');

export const unsupported = (what: string): ExtractionFault =>
  new ExtractionFault('UNSUPPORTED_TYPE', `${what} cannot be read.`);
