/** Blobs in an S3 bucket, of AWS or of anything that speaks its protocol. Objects are private. */
import { HeadBucketCommand, S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import { Disk } from 'flydrive';
import { S3Driver } from 'flydrive/drivers/s3';
import { StartError } from '../connections/start-error.ts';
import { createBlobs } from './blob-disk.ts';
import type { Blobs } from './blobs.ts';

export interface S3BlobsOptions {
  /** `s3://bucket?region=eu-central-1&endpoint=https://host`; without endpoint: AWS itself. */
  readonly url: string;
  /** Absent: the AWS SDK's own chain (instance role, profile, ...). */
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string } | undefined;
  readonly startTimeoutMs: number;
}

const defaultRegion = 'us-east-1';

/**
 * Any answer about the bucket will do but that it is not there: HEAD may be forbidden where reading and writing are
 * not.
 */
const checkBucket = async (client: S3Client, bucket: string, url: string, startTimeoutMs: number): Promise<void> => {
  try {
    await client.send(new HeadBucketCommand({ Bucket: bucket }), { abortSignal: AbortSignal.timeout(startTimeoutMs) });
  } catch (cause) {
    const status = cause instanceof S3ServiceException ? cause.$metadata.httpStatusCode : undefined;
    if (status !== undefined && status !== 404) return;
    const fault = status === 404 ? 'There is no such bucket' : `No answer within ${startTimeoutMs} ms`;
    throw new StartError(`${fault}: ${url}. Is BLOBS_URL right?`, { cause });
  }
};

/** Rejects with a StartError when the bucket does not exist or nothing answers in time. */
export const connectS3Blobs = async ({ url, credentials, startTimeoutMs }: S3BlobsOptions): Promise<Blobs> => {
  const { hostname: bucket, searchParams } = new URL(url);
  const endpoint = searchParams.get('endpoint');
  const client = new S3Client({
    region: searchParams.get('region') ?? defaultRegion,
    // The newer checksum trailers are AWS's own; most other stores refuse them.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    ...(credentials === undefined ? {} : { credentials }),
    ...(endpoint === null ? {} : { endpoint, forcePathStyle: true }),
  });
  try {
    await checkBucket(client, bucket, url, startTimeoutMs);
  } catch (error) {
    client.destroy();
    throw error;
  }
  const disk = new Disk(new S3Driver({ client, bucket, visibility: 'private', supportsACL: false }));
  return createBlobs(disk, () => client.destroy());
};
