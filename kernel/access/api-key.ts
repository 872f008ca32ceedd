/**
 * API keys as text: `parlance_`, 64 hexadecimal digits (256 random bits), and 8 more that are the CRC-32 of everything
 * before them. The prefix lets scanners find a leaked key; the checksum rejects garbage without a look-up. Only the
 * SHA-256 of a key is stored, queried and cached: 256 random bits cannot be guessed, so it needs no salt and no slow
 * hash.
 */
import { createHash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

const prefix = 'parlance_';
const pattern = /^parlance_[\da-f]{72}$/;
/** Digits of the checksum. */
const checksumLength = 8;
/** Digits after the prefix that people may see to distinguish keys: 32 bits of the 256. */
const visibleDigits = 8;

/** Published with the id of a revoked key. */
export const apiKeyRevokedTopic = 'api-key.revoked';

const checksum = (text: string): string => crc32(text).toString(16).padStart(checksumLength, '0');

export const generateApiKey = (): string => {
  const text = prefix + randomBytes(32).toString('hex');
  return text + checksum(text);
};

/** Whether a bearer token is meant as an API key, valid or not. */
export const hasApiKeyPrefix = (token: string): boolean => token.startsWith(prefix);

/** Whether the token has the form and the checksum of a generated key, whether or not it ever was one. */
export const isWellFormedApiKey = (token: string): boolean =>
  pattern.test(token) && checksum(token.slice(0, -checksumLength)) === token.slice(-checksumLength);

/** SHA-256 as 64 hexadecimal digits. */
export const hashApiKey = (key: string): string => createHash('sha256').update(key).digest('hex');

/** The beginning of a key, by which people recognise it. */
export const visiblePrefix = (key: string): string => key.slice(0, prefix.length + visibleDigits);
