/**
 * The token of a share: 32 random bytes. Invariant: only its hash is stored, so nobody who reads the database can open
 * a share.
 */
import { createHash, randomBytes } from 'node:crypto';

/** 32 bytes in base64url. */
const tokenForm = /^[A-Za-z0-9_-]{43}$/;

export const createShareToken = (): string => randomBytes(32).toString('base64url');

/** SHA-256 in hexadecimal; undefined for what is no token. */
export const hashShareToken = (token: string): string | undefined =>
  tokenForm.test(token) ? createHash('sha256').update(token).digest('hex') : undefined;
