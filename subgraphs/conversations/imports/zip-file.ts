/**
 * The entries of a ZIP archive that lies in a file, one after the other. Nothing that the archive states is believed:
 * its entries are counted, and an entry fails as soon as it has more bytes than it states, or at its end where it has
 * fewer or others.
 */
import { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import { type Entry, openPromise, type ZipFile } from 'yauzl';
import { AppError } from '#kernel/errors.ts';

export interface ZipFileEntry {
  readonly name: string;
  readonly isEncrypted: boolean;
  /** As the archive states them. */
  readonly compressedBytes: number;
  readonly bytes: number;
  /** Its bytes. The stream fails with BAD_USER_INPUT where they are damaged. Throws BAD_USER_INPUT. */
  open(): Promise<Readable>;
}

const localMark = 0x0403_4b50;
const mostEntries = 20_000;

export const isZip = (beginning: Buffer): boolean => beginning.length >= 4 && beginning.readUInt32LE(0) === localMark;

const damaged = (cause?: unknown): AppError =>
  new AppError('BAD_USER_INPUT', 'The archive is damaged, or of a kind that is not read.', { cause });

/** The bytes of an entry. yauzl holds them to their number; that they are the right ones is checked here. */
async function* checked(zip: ZipFile, entry: Entry): AsyncGenerator<Buffer> {
  let sum = 0;
  try {
    for await (const chunk of await zip.openReadStreamPromise(entry)) {
      const bytes: Buffer = chunk;
      sum = crc32(bytes, sum);
      yield bytes;
    }
  } catch (fault) {
    throw damaged(fault);
  }
  if (sum !== entry.crc32) throw damaged();
}

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
        isEncrypted: entry.isEncrypted(),
        compressedBytes: entry.compressedSize,
        bytes: entry.uncompressedSize,
        open: async () => Readable.from(checked(zip, entry), { objectMode: false }),
      };
    }
  } finally {
    zip.close();
  }
}
