/**
 * Verifies a JWT against a key set: signature by an asymmetric algorithm of a pinned list, issuer, audience and times.
 * A verified token is cached until it expires, for at most `cachedMs`, so that tokens of a key which the issuer
 * withdrew stop working.
 */
import { errors, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { LRUCache } from 'lru-cache';
import { AppError } from '../errors.ts';
import { type ClaimMapping, createClaimReader, type SignedInUser } from './claims.ts';

/** Asymmetric only: with a symmetric algorithm a public key could be used to forge tokens. */
export const signatureAlgorithms = ['RS256', 'PS256', 'ES256', 'EdDSA'] as const;
export type SignatureAlgorithm = (typeof signatureAlgorithms)[number];

export interface TokenExpectations {
  /** Exact `iss`. */
  readonly issuer: string;
  /** One of the token's `aud`. */
  readonly audience: string;
  /** Default: all of `signatureAlgorithms`. */
  readonly algorithms?: readonly SignatureAlgorithm[];
  /** Seconds by which clocks may differ. Default 5. */
  readonly clockToleranceSeconds?: number;
  /** Which claims define the identity. */
  readonly claims?: ClaimMapping | undefined;
}

/** Approximate bytes of the tokens cached per process: some 10,000 usual ones. */
const cachedBytes = 20 * 1024 * 1024;
/** Bytes of a cached token besides its text. */
const bytesOfUser = 1000;
const cachedMs = 5 * 60_000;
/** Characters of a token; a longer one is refused unread. Request headers end at 16 kB anyway. */
const longestToken = 8192;

const unauthenticated = (cause: unknown): AppError =>
  cause instanceof errors.JWTExpired
    ? new AppError('UNAUTHENTICATED', 'The token has expired. Sign in again.', { cause })
    : new AppError('UNAUTHENTICATED', 'The token is not valid here. Sign in again.', { cause });

const keysUnreachable = (cause: unknown): AppError =>
  new AppError('OVERLOADED', 'Tokens cannot be checked at the moment. Try again shortly.', {
    cause,
    retryAfterMs: 1000,
  });

/** The verifier throws UNAUTHENTICATED, or OVERLOADED when `keys` cannot be fetched. */
export const createTokenVerifier = (
  expected: TokenExpectations,
): ((token: string, keys: JWTVerifyGetKey) => Promise<SignedInUser>) => {
  const users = new LRUCache<string, SignedInUser>({
    maxSize: cachedBytes,
    sizeCalculation: (_, token) => bytesOfUser + token.length,
  });
  const options = {
    issuer: expected.issuer,
    audience: expected.audience,
    algorithms: [...(expected.algorithms ?? signatureAlgorithms)],
    clockTolerance: expected.clockToleranceSeconds ?? 5,
    requiredClaims: ['exp'],
  };
  const readClaims = createClaimReader(expected.issuer, expected.claims);
  return async (token, keys) => {
    const known = users.get(token);
    if (known) return known;
    if (token.length > longestToken) throw unauthenticated(new Error(`a token of ${token.length} characters`));
    const { payload } = await jwtVerify(token, keys, options).catch((cause: unknown) => {
      const keysFailed = cause instanceof errors.JWKSTimeout || !(cause instanceof errors.JOSEError);
      throw keysFailed ? keysUnreachable(cause) : unauthenticated(cause);
    });
    const user = readClaims(payload);
    const ttl = Math.min(user.expiresAt - Date.now(), cachedMs);
    if (ttl >= 1) users.set(token, user, { ttl });
    return user;
  };
};
