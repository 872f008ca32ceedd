/**
 * Writes a ZIP archive as a stream: each entry is compressed while it is read, so memory holds a part of one. Sizes
 * follow the bytes of an entry, as the format allows. Invariant: the archive stays within what every reader of ZIP can
 * read (4 GiB, 65,535 entries); beyond that it fails.
 */
import { once } from 'node:events';
import { crc32, createDeflateRaw } from 'node:zlib';

export interface ZipEntry {
  /** A path with slashes, unique in the archive. */
  readonly name: string;
  readonly at: Date;
  readonly chunks: AsyncIterable<Buffer | string>;
}

export class ArchiveTooLargeError extends Error {}

const largestSize = 0xffff_ffff;
const mostEntries = 0xffff;
/** 2.0, which deflate needs. */
const version = 20;
/** Sizes follow the bytes (bit 3), and names are in UTF-8 (bit 11). */
const flags = 0x0808;
const deflate = 8;

interface WrittenEntry {
  /** Text: a small buffer would keep the whole slab that it lies in, for each entry. */
  readonly name: string;
  readonly time: number;
  readonly crc: number;
  readonly compressed: number;
  readonly size: number;
  readonly offset: number;
}

/** Date and time of DOS in UTC, in steps of two seconds from 1980 on. */
const dosTime = (at: Date): number => {
  const year = Math.min(2107, Math.max(1980, at.getUTCFullYear()));
  const date = ((year - 1980) << 9) | ((at.getUTCMonth() + 1) << 5) | at.getUTCDate();
  const time = (at.getUTCHours() << 11) | (at.getUTCMinutes() << 5) | (at.getUTCSeconds() >> 1);
  return date * 0x1_0000 + time;
};

const localHeader = (path: string, time: number): Buffer => {
  const name = Buffer.from(path);
  const header = Buffer.alloc(30);
  header.writeUInt32LE(0x0403_4b50, 0);
  header.writeUInt16LE(version, 4);
  header.writeUInt16LE(flags, 6);
  header.writeUInt16LE(deflate, 8);
  header.writeUInt32LE(time, 10);
  header.writeUInt16LE(name.length, 26);
  return Buffer.concat([header, name]);
};

const dataDescriptor = ({ crc, compressed, size }: WrittenEntry): Buffer => {
  const descriptor = Buffer.alloc(16);
  descriptor.writeUInt32LE(0x0807_4b50, 0);
  descriptor.writeUInt32LE(crc, 4);
  descriptor.writeUInt32LE(compressed, 8);
  descriptor.writeUInt32LE(size, 12);
  return descriptor;
};

const centralHeader = ({ name: path, time, crc, compressed, size, offset }: WrittenEntry): Buffer => {
  const name = Buffer.from(path);
  const header = Buffer.alloc(46);
  header.writeUInt32LE(0x0201_4b50, 0);
  header.writeUInt16LE(version, 4);
  header.writeUInt16LE(version, 6);
  header.writeUInt16LE(flags, 8);
  header.writeUInt16LE(deflate, 10);
  header.writeUInt32LE(time, 12);
  header.writeUInt32LE(crc, 16);
  header.writeUInt32LE(compressed, 20);
  header.writeUInt32LE(size, 24);
  header.writeUInt16LE(name.length, 28);
  header.writeUInt32LE(offset, 42);
  return Buffer.concat([header, name]);
};

const endOfArchive = (entries: number, size: number, offset: number): Buffer => {
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x0605_4b50, 0);
  end.writeUInt16LE(entries, 8);
  end.writeUInt16LE(entries, 10);
  end.writeUInt32LE(size, 12);
  end.writeUInt32LE(offset, 16);
  return end;
};

/** Compresses what `chunks` brings. Calls `count` with each piece before it is compressed. */
async function* compress(
  chunks: AsyncIterable<Buffer | string>,
  count: (piece: Buffer) => void,
): AsyncGenerator<Buffer> {
  const deflater = createDeflateRaw();
  const feed = async (): Promise<void> => {
    try {
      for await (const chunk of chunks) {
        const piece = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
        count(piece);
        if (!deflater.write(piece)) await once(deflater, 'drain');
      }
      deflater.end();
    } catch (fault) {
      deflater.destroy(fault instanceof Error ? fault : new Error(String(fault)));
    }
  };
  const fed = feed();
  for await (const piece of deflater) yield piece;
  await fed;
}

/** Ends with ArchiveTooLargeError beyond its bounds, and with the error of an entry. */
export async function* zipStream(entries: AsyncIterable<ZipEntry>): AsyncGenerator<Buffer> {
  const written: WrittenEntry[] = [];
  let offset = 0;
  const advance = (piece: Buffer): Buffer => {
    offset += piece.length;
    if (offset > largestSize) throw new ArchiveTooLargeError('an archive has at most 4 GiB');
    return piece;
  };
  for await (const { name, at, chunks } of entries) {
    if (written.length === mostEntries) throw new ArchiveTooLargeError('an archive has at most 65,535 entries');
    const [time, start] = [dosTime(at), offset];
    let [crc, size] = [0, 0];
    yield advance(localHeader(name, time));
    const from = offset;
    for await (const piece of compress(chunks, (raw) => {
      crc = crc32(raw, crc);
      size += raw.length;
      if (size > largestSize) throw new ArchiveTooLargeError('an entry has at most 4 GiB');
    })) {
      yield advance(piece);
    }
    const entry = { name, time, crc, compressed: offset - from, size, offset: start };
    yield advance(dataDescriptor(entry));
    written.push(entry);
  }
  const start = offset;
  for (const entry of written) yield advance(centralHeader(entry));
  yield advance(endOfArchive(written.length, offset - start, start));
}
