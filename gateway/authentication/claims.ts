/**
 * The claims of an access token and the identity that they give: `sub` is the user's UUID, `tenant` the tenant's,
 * `roles` an array (roles of other applications are ignored), `scope` a list separated by spaces (RFC 8693).
 */
import { z } from 'zod';
import { AppError } from '#kernel/errors.ts';
import { type Role, roles } from '#kernel/identity.ts';
import type { AuthenticatedUser } from './authenticator.ts';

const claimsSchema = z.object({
  // Of one UUID in two spellings one is the identity (RFC 9562, 4): what is decided about a user is found by it.
  sub: z.uuid().toLowerCase(),
  tenant: z.uuid().toLowerCase(),
  roles: z.array(z.string()).default([]),
  scope: z.string().default(''),
  exp: z.number(),
});

const isRole = (name: string): name is Role => roles.some((role) => role === name);

/** Throws UNAUTHENTICATED that names the claims which are missing or wrong. */
export const userFromClaims = (payload: unknown): AuthenticatedUser => {
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
