/**
 * Reads entries of a ZIP archive, as office files are. Invariant: no more bytes are unpacked than the budget allows,
 * whatever sizes the archive claims, and nothing is unpacked that was not asked for; so archives within archives stay
 * as they are.
 */
import { type Entry, open, type ZipFile } from 'yauzl';
import { damaged, ExtractionFault, encrypted } from './extraction-fault.ts';

/** Bytes that may be unpacked of one file. */
const maxUnpackedBytes = 128 * 1_048_576;
/** Entries of an archive. */
const maxEntries = 10_000;

const tooLarge = (): ExtractionFault => new ExtractionFault('TOO_LARGE', 'The file unpacks to more than can be read.');

export interface ZipArchive extends Disposable {
  readonly names: readonly string[];
  /** Calls back with each piece of an entry; false where there is none of this name. */
  read(name: string, onPiece: (piece: Buffer) => void): Promise<boolean>;
}

const openZip = (path: string): Promise<ZipFile> =>
  new Promise((resolve, reject) => {
    open(path, { lazyEntries: true, autoClose: false, validateEntrySizes: true }, (fault, zip) => {
      if (zip) resolve(zip);
      else reject(damaged(fault));
    });
  });

const readEntries = (zip: ZipFile): Promise<ReadonlyMap<string, Entry>> =>
  new Promise((resolve, reject) => {
    const entries = new Map<string, Entry>();
    zip.on('entry', (entry: Entry) => {
      if (entries.size >= maxEntries) return reject(tooLarge());
      entries.set(entry.fileName, entry);
      zip.readEntry();
    });
    zip.once('end', () => resolve(entries));
    zip.once('error', (fault: unknown) => reject(damaged(fault)));
    zip.readEntry();
  });

export const openZipArchive = async (path: string): Promise<ZipArchive> => {
  const zip = await openZip(path);
  let left = maxUnpackedBytes;
  try {
    const entries = await readEntries(zip);
    if ([...entries.values()].some((entry) => entry.isEncrypted())) throw encrypted();
    return {
      names: [...entries.keys()],
      async read(name, onPiece) {
        const entry = entries.get(name);
        if (!entry) return false;
        if (entry.uncompressedSize > left) throw tooLarge();
        try {
          for await (const piece of await zip.openReadStreamPromise(entry)) {
            const bytes: Buffer = piece;
            left -= bytes.length;
            if (left < 0) throw tooLarge();
            onPiece(bytes);
          }
        } catch (fault) {
          throw fault instanceof ExtractionFault ? fault : damaged(fault);
        }
        return true;
      },
      [Symbol.dispose]: () => zip.close(),
    };
  } catch (fault) {
    zip.close();
    throw fault;
  }
};
