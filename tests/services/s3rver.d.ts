/** The part of s3rver (which brings no types) that tests/services/s3.ts uses. */
declare module 's3rver' {
  import type { AddressInfo } from 'node:net';

  interface S3rverOptions {
    readonly address: string;
    /** 0: any free one. */
    readonly port: number;
    readonly silent: boolean;
    readonly directory: string;
    readonly vhostBuckets: boolean;
    readonly configureBuckets: readonly {
      readonly name: string;
      /** XML of the subresources of S3. */
      readonly configs: readonly Buffer[];
    }[];
  }

  class S3rver {
    constructor(options: S3rverOptions);
    run(): Promise<AddressInfo>;
    close(): Promise<void>;
    readonly httpServer: { closeAllConnections(): void };
    readonly store: {
      putObject(object: { readonly bucket: string; readonly key: string }): Promise<{ readonly size: number }>;
      getResourcePath(bucket: string, key: string, resource: 'object'): string;
    };
  }
  export = S3rver;
}
