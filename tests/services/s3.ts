/** An S3 server of one's own, in this process, with one empty bucket in a directory that is deleted at the end. */
import { rm, stat } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import S3rver from 's3rver';
import { createDirectory } from './directory.ts';

export interface S3 extends AsyncDisposable {
  /** Where its objects are. */
  readonly directory: string;
  /** As BLOBS_URL wants it. */
  readonly url: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** What docs/operator.md says that pages need. */
const cors = `<CORSConfiguration><CORSRule>
  <AllowedOrigin>*</AllowedOrigin>
  <AllowedMethod>PUT</AllowedMethod><AllowedMethod>GET</AllowedMethod>
  <AllowedHeader>content-type</AllowedHeader><AllowedHeader>if-none-match</AllowedHeader>
  <AllowedHeader>x-amz-checksum-sha256</AllowedHeader>
</CORSRule></CORSConfiguration>`;

/** By itself s3rver says that an object is there while it is still written to its file. */
const awaitWrites = ({ store }: S3rver): void => {
  const put = store.putObject.bind(store);
  store.putObject = async (object) => {
    const path = store.getResourcePath(object.bucket, object.key, 'object');
    await rm(path, { force: true });
    const stored = await put(object);
    const isWritten = async (): Promise<boolean> => {
      const file = await stat(path).catch(() => undefined);
      return file?.size === stored.size;
    };
    while (!(await isWritten())) await setImmediate();
    return stored;
  };
};

export const startS3 = async (bucket: string): Promise<S3> => {
  const directory = await createDirectory();
  const server = new S3rver({
    address: '127.0.0.1',
    port: 0,
    silent: true,
    directory: directory.path,
    vhostBuckets: false,
    configureBuckets: [{ name: bucket, configs: [Buffer.from(cors)] }],
  });
  awaitWrites(server);
  const { port } = await server.run();
  return {
    directory: directory.path,
    url: `s3://${bucket}?region=us-east-1&endpoint=http://127.0.0.1:${port}`,
    // The only pair that s3rver knows.
    credentials: { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' },
    async [Symbol.asyncDispose]() {
      server.httpServer.closeAllConnections();
      await server.close();
      await directory[Symbol.asyncDispose]();
    },
  };
};
