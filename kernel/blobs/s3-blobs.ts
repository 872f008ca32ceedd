/** Blobs in an S3 bucket, of AWS or of any server with its protocol. Objects are private. */
import { HeadBucketCommand, S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import { Disk } from 'flydrive';
import { S3Driver } from 'flydrive/drivers/s3';
import { StartError } from '../connections/start-error.ts';
import { createBlobs } from './blob-disk.ts';
import type { Blobs } from './blobs.ts';
import { putInParts } from './s3-multipart.ts';
import { defaultRegion, publicOriginOf } from './s3-origin.ts';
import { signWithS3 } from './s3-signatures.ts';

const pingTimeoutMs = 2_000;

/** HEAD may be forbidden where reads and writes are allowed; any other refusal, or none, is an outage. */
const pingBucket = async (client: S3Client, bucket: string): Promise<void> => {
  const abortSignal = AbortSignal.timeout(pingTimeoutMs);
  try {
    await client.send(new HeadBucketCommand({ Bucket: bucket }), { abortSignal });
  } catch (fault) {
    if (!(fault instanceof S3ServiceException) || fault.$metadata.httpStatusCode !== 403) throw fault;
  }
};

export interface S3BlobsOptions {
  /**
   * `s3://bucket?region=eu-central-1&endpoint=https://host`; without `endpoint` it is AWS. `publicEndpoint` is the
   * address that clients of the API reach, where it is another one.
   */
  readonly url: string;
  /** Undefined: the AWS SDK's default chain (instance role, profile, ...). */
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string } | undefined;
  readonly startTimeoutMs: number;
}

/** Only a missing bucket fails the check: HEAD may be forbidden where reads and writes are allowed. */
const checkBucket = async (client: S3Client, bucket: string, url: string, startTimeoutMs: number): Promise<void> => {
  try {
    await client.send(new HeadBucketCommand({ Bucket: bucket }), { abortSignal: AbortSignal.timeout(startTimeoutMs) });
  } catch (cause) {
    const status = cause instanceof S3ServiceException ? cause.$metadata.httpStatusCode : undefined;
    if (status !== undefined && status !== 404) return;
    const fault = status === 404 ? 'There is no such bucket' : `No response within ${startTimeoutMs} ms`;
    throw new StartError(`${fault}: ${url}. Is BLOBS_URL right?`, { cause });
  }
};

/** Rejects with a StartError when the bucket does not exist or the server does not respond in time. */
export const connectS3Blobs = async ({ url, credentials, startTimeoutMs }: S3BlobsOptions): Promise<Blobs> => {
  const { hostname: bucket, searchParams } = new URL(url);
  const endpoint = searchParams.get('endpoint');
  const publicEndpoint = searchParams.get('publicEndpoint') ?? endpoint;
  const clientAt = (address: string | null): S3Client =>
    new S3Client({
      region: searchParams.get('region') ?? defaultRegion,
      // The newer checksum trailers are specific to AWS; most other stores refuse them.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      ...(credentials === undefined ? {} : { credentials }),
      ...(address === null ? {} : { endpoint: address, forcePathStyle: true }),
    });
  const client = clientAt(endpoint);
  // Makes no connection: it only signs.
  const signer = clientAt(publicEndpoint);
  const close = async (): Promise<void> => {
    client.destroy();
    signer.destroy();
  };
  try {
    await checkBucket(client, bucket, url, startTimeoutMs);
    return createBlobs(new Disk(new S3Driver({ client, bucket, visibility: 'private', supportsACL: false })), {
      putStream: (key, bytes, ContentType) => putInParts(client, { Bucket: bucket, Key: key, ContentType }, bytes),
      ...signWithS3(signer, bucket),
      serve: undefined,
      publicOrigin: publicOriginOf(url),
      ping: () => pingBucket(client, bucket),
      close,
    });
  } catch (error) {
    await close();
    throw error;
  }
};
