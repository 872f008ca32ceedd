/**
 * The identity that a request acts for, as the gateway passes it to the subgraphs: a short-lived token signed with a
 * secret that only the services share (HMAC-SHA256, JWT). Subgraphs refuse every request without one.
 * `createIdentitySigner` re-signs an identity only when half of its token's time is over, and `createIdentityVerifier`
 * remembers verified tokens until they expire, so both are one map look-up on the hot path.
 */
import { createSecretKey } from 'node:crypto';
import { errors, type JWTPayload, jwtVerify, SignJWT } from 'jose';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { type Identity, identitySchema, type Role } from '#contracts/identity.ts';
import { AppError } from './errors.ts';

const receivedSchema = identitySchema.extend({ room: z.string().optional() });

/**
 * Seconds for which an identity token is valid: enough for one request across all services, too short to be useful when
 * leaked.
 */
const identityTtlSeconds = 60;
const issuer = 'parlance-gateway';
const audience = 'parlance-services';
/** Processes of version 0.1 expect this audience, and the name of the calling service as `room`. */
const formerAudience = 'parlance-rooms';
/** Tokens that a process remembers; about 1 kB each. */
const remembered = 10_000;

export type SignIdentity = (identity: Identity) => Promise<string>;
export type VerifyIdentity = (token: string) => Promise<Identity>;

/** @param secret at least 32 bytes, the same in every process (`IDENTITY_SECRET`). */
export const createIdentitySigner = (secret: string): SignIdentity => {
  const key = createSecretKey(Buffer.from(secret));
  const tokens = new LRUCache<string, Promise<string>>({ max: remembered, ttl: (identityTtlSeconds * 1000) / 2 });
  const cacheKeys = new WeakMap<Identity, string>();
  return (identity) => {
    let cacheKey = cacheKeys.get(identity);
    if (cacheKey === undefined) {
      cacheKey = JSON.stringify(identity);
      cacheKeys.set(identity, cacheKey);
    }
    const known = tokens.get(cacheKey);
    if (known) return known;
    const signed = new SignJWT({ identity: { ...identity, room: identity.service } })
      .setProtectedHeader({ alg: 'HS256' })
      .setIssuer(issuer)
      .setAudience([audience, formerAudience])
      .setIssuedAt()
      .setExpirationTime(`${identityTtlSeconds}s`)
      .sign(key);
    tokens.set(cacheKey, signed);
    return signed;
  };
};

/**
 * The verifier throws AppError UNAUTHENTICATED for a token that is forged, expired or has another audience.
 * @param secrets tokens that are signed with one of them are accepted, so that one can replace the other.
 */
export const createIdentityVerifier = (...secrets: readonly string[]): VerifyIdentity => {
  const keys = secrets.map((secret) => createSecretKey(Buffer.from(secret)));
  const expected = { issuer, audience: [audience, formerAudience], algorithms: ['HS256'] };
  const verifyWithAny = async (token: string): Promise<JWTPayload> => {
    let refusal: unknown;
    for (const key of keys) {
      try {
        return (await jwtVerify(token, key, expected)).payload;
      } catch (fault) {
        if (!(fault instanceof errors.JWSSignatureVerificationFailed)) throw fault;
        refusal = fault;
      }
    }
    throw refusal;
  };
  const verified = new LRUCache<string, Identity>({ max: remembered });
  return async (token) => {
    const known = verified.get(token);
    if (known) return known;
    try {
      const payload = await verifyWithAny(token);
      const { room, ...received } = receivedSchema.parse(payload['identity']);
      const identity = { ...received, ...(room === undefined ? {} : { service: room }) };
      const ttl = (payload.exp ?? 0) * 1000 - Date.now();
      if (ttl > 0) verified.set(token, identity, { ttl });
      return identity;
    } catch (cause) {
      if (cause instanceof errors.JOSEError || cause instanceof z.ZodError) {
        throw new AppError(
          'UNAUTHENTICATED',
          'This address is for the gateway only. Send the request to the gateway.',
          { cause },
        );
      }
      throw cause;
    }
  };
};

/** Throws FORBIDDEN unless the identity has one of the roles. */
export const requireRole = (identity: Identity, ...allowed: readonly Role[]): void => {
  if (!identity.roles.some((role) => allowed.includes(role))) {
    throw new AppError(
      'FORBIDDEN',
      `This needs the role ${allowed.join(' or ')}. Ask an administrator of your tenant.`,
    );
  }
};
