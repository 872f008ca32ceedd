/**
 * The claims of an access token and the identity that they define: `sub` is the user's UUID, `tenant` the tenant's,
 * `roles` an array (roles of other applications are ignored), `scope` a list separated by spaces (RFC 8693).
 */
import { z } from 'zod';
import { type Identity, type Role, roles } from '#contracts/identity.ts';
import { AppError } from '../errors.ts';

const claimsSchema = z.object({
  // Two spellings of one UUID are one identity (RFC 9562, 4), because decisions about a user are found by it.
  sub: z.uuid().toLowerCase(),
  tenant: z.uuid().toLowerCase(),
  roles: z.array(z.string()).default([]),
  scope: z.string().default(''),
  exp: z.number(),
});

/** Who signed in with an access token. */
export interface SignedInUser {
  readonly identity: Identity;
  /** When the token expires, in milliseconds since the epoch. */
  readonly expiresAt: number;
}

const isRole = (name: string): name is Role => roles.some((role) => role === name);

/** Throws UNAUTHENTICATED that names the missing or invalid claims. */
export const userFromClaims = (payload: unknown): SignedInUser => {
  const parsed = claimsSchema.safeParse(payload);
  if (!parsed.success) {
    const claims = [...new Set(parsed.error.issues.map((issue) => issue.path.join('.')))].join(', ');
    throw new AppError('UNAUTHENTICATED', `The token lacks usable claims: ${claims}. Ask your administrator for one.`, {
      cause: parsed.error,
    });
  }
  const { sub, tenant, scope, exp } = parsed.data;
  return {
    identity: {
      tenantId: tenant,
      userId: sub,
      roles: parsed.data.roles.filter(isRole),
      scopes: scope.split(' ').filter((name) => name !== ''),
    },
    expiresAt: exp * 1000,
  };
};
