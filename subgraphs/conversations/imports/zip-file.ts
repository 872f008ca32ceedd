/**
 * The entries of a ZIP archive that lies in a file, one after the other. Sizes that the archive states are not
 * believed: its entries are counted, and an entry fails as soon as it has more bytes than it states.
 */
import type { Readable } from 'node:stream';
import { openPromise, type ZipFile } from 'yauzl';
import { AppError } from '#kernel/errors.ts';

export interface ZipFileEntry {
  readonly name: string;
  /** Its bytes. The stream fails where they are damaged. Throws BAD_USER_INPUT. */
  open(): Promise<Readable>;
}

const localMark = 0x0403_4b50;
const mostEntries = 20_000;

export const isZip = (beginning: Buffer): boolean => beginning.length >= 4 && beginning.readUInt32LE(0) === localMark;

const damaged = (cause?: unknown): AppError =>
  new AppError('BAD_USER_INPUT', 'The archive is damaged, or of a kind that is not read.', { cause });

/** An entry can be opened until the next one is asked for. Throws BAD_USER_INPUT where it is no archive. */
export async function* zipEntries(path: string): AsyncGenerator<ZipFileEntry> {
  const zip: ZipFile = await openPromise(path, { lazyEntries: true, autoClose: false, validateEntrySizes: true }).catch(
    (fault: unknown) => {
      throw damaged(fault);
    },
  );
  try {
    if (zip.entryCount > mostEntries) throw damaged();
    const entries = zip.eachEntry();
    for (;;) {
      const next = await entries.next().catch((fault: unknown) => {
        throw damaged(fault);
      });
      if (next.done) return;
      const entry = next.value;
      yield {
        name: entry.fileName,
        open: () =>
          zip.openReadStreamPromise(entry).catch((fault: unknown) => {
            throw damaged(fault);
          }),
      };
    }
  } finally {
    zip.close();
  }
}
