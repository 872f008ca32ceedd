/**
 * The bytes of an upload as one stream, whether they came whole or in parts. Invariant: one part is read after the
 * other, so memory and connections do not depend on how many there are.
 */
import { partKeys, quarantineKey } from '#contracts/blob-keys.ts';
import type { IngestJob } from '#contracts/ingest-job.ts';
import type { Blobs } from '#kernel/blobs/blobs.ts';

/** Throws NOT_FOUND where the upload is gone, also in the middle. */
export async function* readUpload(blobs: Blobs, job: IngestJob): AsyncGenerator<Buffer, undefined> {
  const keys = job.parts === 0 ? [quarantineKey(job)] : partKeys(job, job.parts);
  for (const key of keys) {
    for await (const chunk of await blobs.getStream(key)) {
      const bytes: Buffer = chunk;
      yield bytes;
    }
  }
  return undefined;
}
