/**
 * Signed URLs of a directory: the terms in the query, and an HMAC over method, key and terms. Invariant: whatever a
 * client changes in such a URL makes it worthless, and so does its time.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { isBlobKey } from './blob-key.ts';
import { blobsPath } from './blobs.ts';

const sha256Pattern = /^[0-9a-f]{64}$/;

const uploadSchema = z.object({
  method: z.literal('PUT'),
  size: z.coerce.number().int().nonnegative(),
  type: z.string(),
  sha256: z.string().regex(sha256Pattern),
});
const downloadSchema = z.object({ method: z.literal('GET'), type: z.string(), disposition: z.string() });
const termsSchema = z.discriminatedUnion('method', [uploadSchema, downloadSchema]);
/** What a URL allows. */
export type SignedTerms = z.infer<typeof termsSchema>;

const queryOf = (key: string, terms: SignedTerms, expiresAtMs: number): URLSearchParams => {
  const { method: _, ...rest } = terms;
  const texts = Object.entries(rest).map(([name, value]): [string, string] => [name, String(value)]);
  return new URLSearchParams([...texts, ['key', key], ['expires', String(expiresAtMs)]].toSorted());
};

const signatureOf = (secret: Buffer, method: string, query: URLSearchParams): string =>
  createHmac('sha256', secret).update(`${method}\n${query}`).digest('base64url');

export interface SignedPath {
  readonly key: string;
  readonly terms: SignedTerms;
  readonly expiresAtMs: number;
}

export const signPath = (secret: Buffer, { key, terms, expiresAtMs }: SignedPath): string => {
  const query = queryOf(key, terms, expiresAtMs);
  const signature = signatureOf(secret, terms.method, query);
  query.delete('key');
  return `${blobsPath}/${key}?${query}&signature=${signature}`;
};

/** Undefined for a URL that was not signed for this method, was altered, or has expired. */
export const readSignedPath = (secret: Buffer, method: string, url: string): SignedPath | undefined => {
  const [path = '', search = ''] = url.split(/\?(.*)/s, 2);
  const key = path.slice(blobsPath.length + 1);
  if (!path.startsWith(`${blobsPath}/`) || !isBlobKey(key)) return undefined;
  const { signature = '', expires, ...given } = Object.fromEntries(new URLSearchParams(search));
  // A download may be asked for without its body.
  const terms = termsSchema.safeParse({ ...given, method: method === 'HEAD' ? 'GET' : method });
  const expiresAtMs = Number(expires);
  if (!terms.success || !Number.isSafeInteger(expiresAtMs)) return undefined;
  const query = queryOf(key, terms.data, expiresAtMs);
  const [expected, actual] = [signatureOf(secret, terms.data.method, query), signature].map((text) =>
    Buffer.from(text),
  );
  if (!expected || !actual || expected.length !== actual.length || !timingSafeEqual(expected, actual)) return undefined;
  return expiresAtMs < Date.now() ? undefined : { key, terms: terms.data, expiresAtMs };
};
