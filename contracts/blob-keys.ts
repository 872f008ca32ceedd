/**
 * The keys of the blobs that belong to a file. Every key begins with its tenant, so that a key that was made for one
 * tenant names nothing of another.
 */

/** What a file has in the blob store. */
export interface FileOwner {
  readonly tenantId: string;
  readonly fileId: string;
}

/** Where a client uploads the bytes, which nobody else reads before they were looked at. */
export const quarantineKey = ({ tenantId, fileId }: FileOwner): string => `${tenantId}/quarantine/${fileId}`;

/**
 * Where a client uploads a part of the bytes, in place of the whole. Beside the key of the whole and not below it,
 * because a store in a directory cannot have both.
 * @param number from 1
 */
export const partKey = (owner: FileOwner, number: number): string => `${quarantineKey(owner)}.${number}`;

/** The keys of the parts 1 to `parts`, in their order. */
export const partKeys = (owner: FileOwner, parts: number): readonly string[] =>
  Array.from({ length: parts }, (_, index) => partKey(owner, index + 1));

/** The bytes that may be downloaded. */
export const fileKey = ({ tenantId, fileId }: FileOwner): string => `${tenantId}/files/${fileId}`;

/** The extracted text (extracted-text.ts). */
export const textKey = ({ tenantId, fileId }: FileOwner): string => `${tenantId}/texts/${fileId}.json`;

/** A small picture of an image, WebP. */
export const previewKey = ({ tenantId, fileId }: FileOwner): string => `${tenantId}/previews/${fileId}.webp`;

/** A picture as models get it: JPEG, scaled. */
export const modelImageKey = ({ tenantId, fileId }: FileOwner): string => `${tenantId}/previews/${fileId}-model.jpg`;

/** What is made of an upload, for deletion. */
export const madeKeys = (owner: FileOwner): readonly string[] => [
  fileKey(owner),
  textKey(owner),
  previewKey(owner),
  modelImageKey(owner),
];
