/**
 * Port: named bytes (files, extracted text, exports). Adapters: directory and S3, both through flydrive. Keys are
 * `tenantId/kind/name`; a key that leaves its root is refused. Clients upload and download by signed URLs, which name
 * one key, one method and one moment until which they hold. URLs of the directory are relative: the process that
 * clients reach serves them below `blobsPath`.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';

/** The path below which the directory's signed URLs are served. */
export const blobsPath = '/blobs';

export interface UploadTerms {
  readonly key: string;
  /** What the client has to send: exactly so many bytes, of this type and with this digest. */
  readonly byteSize: number;
  readonly mediaType: string;
  /** In 64 hexadecimal digits. */
  readonly sha256: string;
  readonly expiresInSeconds: number;
}

export interface SignedUpload {
  /** Absolute, or relative to the address that clients have of the API. */
  readonly url: string;
  readonly method: 'PUT';
  /** Headers that the client sends as they are. */
  readonly headers: Readonly<Record<string, string>>;
  readonly expiresAt: Date;
}

export interface DownloadTerms {
  readonly key: string;
  /** The name under which it is saved. */
  readonly fileName: string;
  /** The type that the response has, whatever was uploaded. */
  readonly mediaType: string;
  readonly disposition: 'inline' | 'attachment';
  readonly expiresInSeconds: number;
}

export interface Blobs extends AsyncDisposable {
  put(key: string, bytes: Uint8Array, contentType: string): Promise<void>;
  /**
   * Writes a stream of any length in pieces, so that memory holds a part of it. When the stream fails, the promise
   * rejects with its error and the key has what it had before.
   */
  putStream(key: string, bytes: Readable, contentType: string): Promise<void>;
  /** Rejects with AppError NOT_FOUND. */
  get(key: string): Promise<Uint8Array>;
  /** Rejects with AppError NOT_FOUND. The caller reads or destroys it. */
  getStream(key: string): Promise<Readable>;
  /** Rejects with AppError NOT_FOUND. */
  byteSize(key: string): Promise<number>;
  exists(key: string): Promise<boolean>;
  /** Rejects with AppError NOT_FOUND. */
  copy(from: string, to: string): Promise<void>;
  delete(key: string): Promise<void>;
  /** A key takes one upload; it takes another after it was deleted. */
  signUpload(terms: UploadTerms): Promise<SignedUpload>;
  /** @returns a URL, absolute or relative like that of an upload. It outlives neither its time nor the bytes. */
  signDownload(terms: DownloadTerms): Promise<string>;
  /** Serves the signed URLs; undefined where the store itself does. */
  readonly serve: ((request: IncomingMessage, response: ServerResponse) => Promise<void>) | undefined;
  /** The origin that browsers load from and upload to; undefined where it is that of the API. */
  readonly publicOrigin: string | undefined;
  /** Rejects when the store does not respond or takes no data. */
  ping(): Promise<void>;
}
