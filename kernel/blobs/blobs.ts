/**
 * Port: named bytes (exports, attachments, archives). Adapters: directory and S3, both through flydrive. Keys are
 * `tenantId/kind/name`; a key that leaves its root is refused.
 */
export interface Blobs extends AsyncDisposable {
  put(key: string, bytes: Uint8Array, contentType: string): Promise<void>;
  /** Rejects with AppError NOT_FOUND. */
  get(key: string): Promise<Uint8Array>;
  exists(key: string): Promise<boolean>;
  delete(key: string): Promise<void>;
}
