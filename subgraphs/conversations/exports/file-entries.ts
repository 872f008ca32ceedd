/**
 * Files of a user as entries of an archive, as they were uploaded. A file that was deleted meanwhile is left out:
 * nothing of an entry is written before its first bytes.
 */
import { fileKey } from '#contracts/blob-keys.ts';
import type { Blobs } from '#kernel/blobs/blobs.ts';
import { AppError } from '#kernel/errors.ts';
import type { OwnFile } from '../files/own-files.ts';
import type { ZipEntry } from './zip-stream.ts';

/** A name that every system can store. */
const safeName = (name: string): string =>
  name
    .replaceAll(/[\p{C}/\\:*?"<>|]/gu, '_')
    .replace(/^\.+/, '_')
    .slice(0, 100);

/** Where a file is in an archive. Files of the same name are apart. */
export const archivePath = ({ id, name }: Pick<OwnFile, 'id' | 'name'>): string => `files/${id}/${safeName(name)}`;

async function* bytesOf(blobs: Pick<Blobs, 'getStream'>, key: string): AsyncGenerator<Buffer> {
  for await (const chunk of await blobs.getStream(key)) yield Buffer.from(chunk);
}

export async function* fileEntries(
  { blobs, tenantId }: { readonly blobs: Pick<Blobs, 'getStream'>; readonly tenantId: string },
  files: AsyncIterable<OwnFile> | Iterable<OwnFile>,
): AsyncGenerator<ZipEntry> {
  for await (const file of files) {
    const chunks = bytesOf(blobs, fileKey({ tenantId, fileId: file.id }));
    const first = await chunks.next().catch((fault: unknown) => {
      if (fault instanceof AppError && fault.code === 'NOT_FOUND') return undefined;
      throw fault;
    });
    if (first === undefined) continue;
    async function* whole(): AsyncGenerator<Buffer> {
      if (first !== undefined && !first.done) yield first.value;
      yield* chunks;
    }
    yield { name: archivePath(file), at: file.createdAt ?? new Date(), chunks: whole() };
  }
}
