/**
 * The secret in a browser's cookie, and what is derived from it: the id under which the session is stored and shown,
 * and the key that seals its tokens. Invariant: the secret itself is stored nowhere, so a copy of the store signs
 * nobody in and opens no token.
 */
import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { identitySchema } from '#contracts/identity.ts';

const cipher = 'aes-256-gcm';
const ivBytes = 12;
/** Named explicitly, because otherwise shorter tags would pass. */
const authTagLength = 16;

/** What a session keeps of the issuer's response, and what the access token said when it was verified. */
const sessionTokensSchema = z.object({
  accessToken: z.string(),
  /** Of the access token, in milliseconds since the epoch. */
  expiresAt: z.number(),
  /** When it was received. */
  receivedAt: z.number(),
  /** Absent: the session ends with the access token. */
  refreshToken: z.string().optional(),
  /** Names the sign-in when it is ended at the issuer. */
  idToken: z.string().optional(),
  identity: identitySchema,
});
export type SessionTokens = z.infer<typeof sessionTokensSchema>;

export const createSecret = (): string => randomBytes(32).toString('base64url');

export const isSecret = (text: string): boolean => /^[\w-]{43}$/.test(text);

/** The id of the session: 122 bits of the secret's SHA-256, as a UUID (RFC 9562, 5.8). */
export const sessionIdOf = (secret: string): string => {
  const bytes = createHash('sha256').update(secret).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
};

const keyOf = (secret: string): Buffer => Buffer.from(hkdfSync('sha256', secret, '', 'parlance session tokens', 32));

export const sealTokens = (tokens: SessionTokens, secret: string): string => {
  const iv = randomBytes(ivBytes);
  const sealing = createCipheriv(cipher, keyOf(secret), iv, { authTagLength });
  const sealed = [iv, sealing.update(JSON.stringify(tokens), 'utf8'), sealing.final(), sealing.getAuthTag()];
  return Buffer.concat(sealed).toString('base64url');
};

const open = (sealed: string, secret: string): string => {
  const bytes = Buffer.from(sealed, 'base64url');
  const opening = createDecipheriv(cipher, keyOf(secret), bytes.subarray(0, ivBytes), { authTagLength });
  opening.setAuthTag(bytes.subarray(-authTagLength));
  return opening.update(bytes.subarray(ivBytes, -authTagLength), undefined, 'utf8') + opening.final('utf8');
};

/** Undefined when another secret sealed them, or when they are in a form of another release. */
export const openTokens = (sealed: string, secret: string): SessionTokens | undefined => {
  try {
    return sessionTokensSchema.parse(JSON.parse(open(sealed, secret)));
  } catch {
    return undefined;
  }
};
