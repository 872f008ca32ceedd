/**
 * Reads a ZIP archive that lies in a file: the list of its entries, and single entries as streams. Sizes that the
 * archive states are not believed: the directory and each entry end at bounds of their own.
 */
import type { FileHandle } from 'node:fs/promises';
import { pipeline, Readable } from 'node:stream';
import { createInflateRaw } from 'node:zlib';
import { AppError } from '#kernel/errors.ts';

export interface ZipFileEntry {
  readonly name: string;
  readonly method: number;
  readonly compressed: number;
  readonly offset: number;
}

const endMark = 0x0605_4b50;
const entryMark = 0x0201_4b50;
const localMark = 0x0403_4b50;
/** The longest comment, and the end itself. */
const tailBytes = 65_535 + 22;
const mostDirectoryBytes = 16 * 1024 * 1024;
const mostEntries = 20_000;
const [stored, deflated] = [0, 8];

export const isZip = (beginning: Buffer): boolean => beginning.length >= 4 && beginning.readUInt32LE(0) === localMark;

const damaged = (): AppError =>
  new AppError('BAD_USER_INPUT', 'The archive is damaged, or of a kind that is not read.');

const readAt = async (file: FileHandle, position: number, length: number): Promise<Buffer> => {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
};

/** Throws BAD_USER_INPUT for what is no archive, or has too many entries. */
export const listZipEntries = async (file: FileHandle): Promise<readonly ZipFileEntry[]> => {
  const { size } = await file.stat();
  const tailAt = Math.max(0, size - tailBytes);
  const tail = await readAt(file, tailAt, size - tailAt);
  let end = tail.length - 22;
  while (end >= 0 && tail.readUInt32LE(end) !== endMark) end -= 1;
  if (end < 0) throw damaged();
  const [count, length, offset] = [
    tail.readUInt16LE(end + 10),
    tail.readUInt32LE(end + 12),
    tail.readUInt32LE(end + 16),
  ];
  if (count > mostEntries || length > mostDirectoryBytes || offset + length > size) throw damaged();
  const directory = await readAt(file, offset, length);
  const entries: ZipFileEntry[] = [];
  for (let at = 0; entries.length < count; ) {
    if (at + 46 > directory.length || directory.readUInt32LE(at) !== entryMark) throw damaged();
    const nameLength = directory.readUInt16LE(at + 28);
    entries.push({
      name: directory.toString('utf8', at + 46, at + 46 + nameLength),
      method: directory.readUInt16LE(at + 10),
      compressed: directory.readUInt32LE(at + 20),
      offset: directory.readUInt32LE(at + 42),
    });
    at += 46 + nameLength + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
  return entries;
};

/** The bytes of an entry. The stream fails where they are damaged. Throws BAD_USER_INPUT. */
export const openZipEntry = async (
  file: FileHandle,
  { offset, compressed, method }: ZipFileEntry,
): Promise<Readable> => {
  const header = await readAt(file, offset, 30);
  if (header.length < 30 || header.readUInt32LE(0) !== localMark) throw damaged();
  const start = offset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
  if (compressed === 0) return Readable.from([]);
  const bytes = file.createReadStream({ start, end: start + compressed - 1, autoClose: false });
  if (method === stored) return bytes;
  if (method !== deflated) throw damaged();
  // Whoever reads the result gets the fault of either.
  return pipeline(bytes, createInflateRaw(), () => undefined);
};
