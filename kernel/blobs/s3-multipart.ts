/**
 * Writes a stream to S3 in parts, so that a stream of any length needs the memory of one part. Invariant: an object
 * appears whole or not at all, and what was begun is aborted when the stream or a part fails.
 */
import type { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';

/** S3 wants at least 5 MiB for each part but the last, and takes 10,000 parts. */
const partBytes = 8 * 1_048_576;

/** The stream in parts: all but the last have at least `partBytes`. */
async function* partsOf(bytes: Readable): AsyncGenerator<Buffer, undefined> {
  let pieces: Buffer[] = [];
  let held = 0;
  for await (const chunk of bytes) {
    const piece = Buffer.from(chunk);
    pieces.push(piece);
    held += piece.length;
    if (held < partBytes) continue;
    yield Buffer.concat(pieces);
    pieces = [];
    held = 0;
  }
  if (held > 0) yield Buffer.concat(pieces);
  return undefined;
}

export interface ObjectTarget {
  readonly Bucket: string;
  readonly Key: string;
  readonly ContentType: string;
}

export const putInParts = async (client: S3Client, target: ObjectTarget, bytes: Readable): Promise<void> => {
  const parts = partsOf(bytes);
  const first = await parts.next();
  // What fits one part is one request.
  if (first.done || first.value.length < partBytes) {
    const rest = await parts.next();
    if (!rest.done) throw new Error('a short part came before the last');
    await client.send(new PutObjectCommand({ ...target, Body: first.done ? Buffer.alloc(0) : first.value }));
    return;
  }
  const { Bucket, Key } = target;
  const { UploadId } = await client.send(new CreateMultipartUploadCommand(target));
  try {
    const sent: { ETag: string | undefined; PartNumber: number }[] = [];
    for (let part: IteratorResult<Buffer, undefined> = first; !part.done; part = await parts.next()) {
      const PartNumber = sent.length + 1;
      const upload = new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body: part.value });
      sent.push({ ETag: (await client.send(upload)).ETag, PartNumber });
    }
    const complete = { Bucket, Key, UploadId, MultipartUpload: { Parts: sent } };
    await client.send(new CompleteMultipartUploadCommand(complete));
  } catch (fault) {
    await client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId })).catch(() => undefined);
    throw fault;
  }
};
