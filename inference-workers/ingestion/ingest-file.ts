/**
 * Looks at one upload: verifies it, has it scanned, has its text or its pictures made, and stores them. Invariant: what
 * is stored depends on the upload alone, so a job that is done twice, because a worker died in between, leads to the
 * same blobs.
 */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileKey, modelImageKey, previewKey, quarantineKey, textKey } from '#contracts/blob-keys.ts';
import type { FileIngested } from '#contracts/broker-events.ts';
import { extractedTextType } from '#contracts/extracted-text.ts';
import type { IngestJob } from '#contracts/ingest-job.ts';
import type { Blobs } from '#kernel/blobs/blobs.ts';
import { extractedTextFile } from './extraction/extract.ts';
import { ExtractionFault } from './extraction/extraction-fault.ts';
import { imageFiles } from './extraction/image-files.ts';
import { readUpload } from './read-upload.ts';
import { type ExtractionBounds, runExtraction } from './run-extraction.ts';
import { type Scanner, scanFile } from './virus-scan.ts';

export interface IngestServices {
  readonly blobs: Blobs;
  /** Undefined where no scanner is configured. */
  readonly scanner?: Scanner | undefined;
  readonly bounds?: ExtractionBounds | undefined;
}

type Content = NonNullable<FileIngested['content']>;

/** Writes the upload to a file. Throws DAMAGED where it is not what was announced. */
const download = async (blobs: Blobs, job: IngestJob, path: string): Promise<void> => {
  const digest = createHash('sha256');
  let received = 0;
  await pipeline(
    readUpload(blobs, job),
    async function* (source: AsyncIterable<Buffer>) {
      for await (const chunk of source) {
        received += chunk.length;
        if (received > job.byteSize) break;
        digest.update(chunk);
        yield chunk;
      }
    },
    createWriteStream(path, { flags: 'wx' }),
  );
  if (received !== job.byteSize || digest.digest('hex') !== job.sha256) {
    throw new ExtractionFault('DAMAGED', 'The upload is not the file that was announced.');
  }
};

const ingestIn = async (
  { blobs, scanner, bounds }: IngestServices,
  job: IngestJob,
  { directory, signal }: { readonly directory: string; readonly signal: AbortSignal },
): Promise<Content> => {
  const path = join(directory, 'upload');
  await download(blobs, job, path);
  if (scanner) await scanFile(scanner, path);
  if (job.purpose === 'IMPORT') {
    if (job.parts === 0) await blobs.copy(quarantineKey(job), fileKey(job));
    else await blobs.putStream(fileKey(job), createReadStream(path), job.declaredType);
    return { mediaType: job.declaredType, kind: 'DATA', pageCount: null, textLength: null, hasPreview: false };
  }
  const { name, declaredType, limits } = job;
  const extraction = await runExtraction({ path, directory, name, declaredType, limits }, signal, bounds);
  const store = (key: string, file: string, contentType: string): Promise<void> =>
    blobs.putStream(key, createReadStream(join(directory, file)), contentType);
  const isImage = extraction.kind === 'IMAGE';
  if (isImage) {
    await store(modelImageKey(job), imageFiles.model, 'image/jpeg');
    await store(previewKey(job), imageFiles.preview, 'image/webp');
    await store(fileKey(job), imageFiles.file, extraction.mediaType);
  } else {
    await store(textKey(job), extractedTextFile, extractedTextType);
    await store(fileKey(job), 'upload', extraction.mediaType);
  }
  return { ...extraction, hasPreview: isImage };
};

/**
 * Rejects where the blob store or the scanner do not respond, and with NOT_FOUND where the upload is gone: the file was
 * deleted, or another worker has done the job.
 */
export const ingestFile = async (
  services: IngestServices,
  job: IngestJob,
  signal: AbortSignal,
): Promise<Pick<FileIngested, 'content' | 'failure'>> => {
  const directory = await mkdtemp(join(tmpdir(), 'parlance-ingest-'));
  try {
    return { content: await ingestIn(services, job, { directory, signal }) };
  } catch (fault) {
    if (fault instanceof ExtractionFault) return { failure: { code: fault.code, message: fault.message } };
    throw fault;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
};
