/**
 * Signed URLs of S3. Invariant: length, type, digest and "only if there is nothing" are among the signed headers of an
 * upload, so that a store that checks signatures takes nothing else.
 */
import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { Blobs } from './blobs.ts';
import { contentDisposition } from './content-disposition.ts';

/** The headers of an upload that are signed; the client sends them as they are. */
const uploadHeaders = ['content-length', 'content-type', 'if-none-match', 'x-amz-checksum-sha256'];

/** @param client knows the store by the address that clients of the API reach */
export const signWithS3 = (client: S3Client, bucket: string): Pick<Blobs, 'signUpload' | 'signDownload'> => ({
  async signUpload({ key, byteSize, mediaType, sha256, expiresInSeconds }) {
    const digest = Buffer.from(sha256, 'hex').toString('base64');
    const command = new PutObjectCommand({
      Bucket: bucket,
      Key: key,
      ContentLength: byteSize,
      ContentType: mediaType,
      ChecksumSHA256: digest,
      IfNoneMatch: '*',
    });
    const url = await getSignedUrl(client, command, {
      expiresIn: expiresInSeconds,
      signableHeaders: new Set(['host', ...uploadHeaders]),
      unhoistableHeaders: new Set(uploadHeaders),
    });
    return {
      url,
      method: 'PUT',
      // Clients send the length by themselves.
      headers: { 'content-type': mediaType, 'if-none-match': '*', 'x-amz-checksum-sha256': digest },
      expiresAt: new Date(Date.now() + expiresInSeconds * 1000),
    };
  },
  signDownload({ key, mediaType, expiresInSeconds, ...terms }) {
    const command = new GetObjectCommand({
      Bucket: bucket,
      Key: key,
      ResponseContentType: mediaType,
      ResponseContentDisposition: contentDisposition(terms),
      ResponseCacheControl: 'private, no-store',
    });
    return getSignedUrl(client, command, { expiresIn: expiresInSeconds });
  },
});
