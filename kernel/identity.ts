/**
 * The identity that a request acts for, as the gateway passes it to the subgraphs: a short-lived token signed with a
 * secret that only the services share (HMAC-SHA256, JWT). Subgraphs refuse every request without one.
 * `createIdentitySigner` re-signs an identity only when half of its token's time is over, and `createIdentityVerifier`
 * remembers verified tokens until they expire, so both are one map look-up on the hot path.
 */
import { createSecretKey } from 'node:crypto';
import { errors, jwtVerify, SignJWT } from 'jose';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { AppError } from './errors.ts';

export const roles = ['USER', 'ADMIN', 'BILLING_ADMIN'] as const;
export type Role = (typeof roles)[number];

const identitySchema = z.object({
  /** UUID of the tenant, the boundary that nothing crosses. */
  tenantId: z.uuid(),
  /** UUID of the acting user. */
  userId: z.uuid(),
  roles: z.array(z.enum(roles)),
  scopes: z.array(z.string()),
  /** UUID of the API key that acts for the user. Its roles are an upper bound, whatever roles the user gets later. */
  apiKeyId: z.uuid().optional(),
  /** The name of a service that calls a subgraph on its own behalf, which opens the internal fields. */
  service: z.string().optional(),
});
export type Identity = z.infer<typeof identitySchema>;
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

/** The verifier throws AppError UNAUTHENTICATED for a token that is forged, expired or has another audience. */
export const createIdentityVerifier = (secret: string): VerifyIdentity => {
  const key = createSecretKey(Buffer.from(secret));
  const verified = new LRUCache<string, Identity>({ max: remembered });
  return async (token) => {
    const known = verified.get(token);
    if (known) return known;
    try {
      const { payload } = await jwtVerify(token, key, {
        issuer,
        audience: [audience, formerAudience],
        algorithms: ['HS256'],
      });
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
