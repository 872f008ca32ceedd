/** The variables that say which claims of an issuer's tokens define an identity. */
import { z } from 'zod';
import { type Role, roles } from '#contracts/identity.ts';
import { type ClaimMapping, defaultClaims } from './claims.ts';

const roleSchema = z.enum(roles);

/** `a=ADMIN,b=USER` -> { a: 'ADMIN', b: 'USER' } */
const rolePairs = z.string().transform((text, context): Readonly<Record<string, Role>> => {
  const pairs = text.split(',').map((pair) => {
    const at = pair.lastIndexOf('=');
    return [pair.slice(0, at).trim(), roleSchema.safeParse(pair.slice(at + 1).trim()).data] as const;
  });
  const found: Record<string, Role> = {};
  for (const [name, role] of pairs) {
    if (name !== '' && role !== undefined) found[name] = role;
    else context.addIssue(`must be name=ROLE pairs, separated by commas, with the roles ${roles.join(', ')}`);
  }
  return found;
});

const accountsSchema = z
  .array(
    z.strictObject({
      name: z.string().min(1).max(100),
      sub: z.string().min(1).max(255),
      tenant: z.string().min(1).max(255),
    }),
  )
  .max(1000);
const accounts = z.string().transform((text, context) => {
  try {
    return accountsSchema.parse(JSON.parse(text));
  } catch {
    context.addIssue('must be JSON such as [{"name":"Nightly export","sub":"exporter","tenant":"<its tenant>"}]');
    return z.NEVER;
  }
});

export const claimsEnvironment = {
  OIDC_USER_CLAIM: z
    .string()
    .min(1)
    .default(defaultClaims.user)
    .describe('Claim of access tokens with the id of the user. Dots lead into objects.'),
  OIDC_TENANT_CLAIM: z
    .string()
    .min(1)
    .default(defaultClaims.tenant)
    .describe('Claim with the id of the tenant; `iss` where all users of an issuer are one tenant.'),
  OIDC_ROLES_CLAIM: z
    .string()
    .min(1)
    .default(defaultClaims.roles)
    .describe('Claim with the names of the roles, a list: `realm_access.roles` at Keycloak.'),
  OIDC_ROLE_NAMES: rolePairs
    .optional()
    .describe(
      'Roles for the names that the issuer has for them: `chat-admin=ADMIN,chat-user=USER`. Names that are not listed count for nothing. Not set: the names are USER, ADMIN and BILLING_ADMIN.',
    ),
  OIDC_IDS: z
    .enum(['uuid', 'derived'])
    .default('uuid')
    .describe(
      '`uuid`: ids of users and tenants are UUIDs. `derived`: they are any text, and UUIDs are derived from them (version 5, under the issuer). Never change it: everybody would be somebody else.',
    ),
  OIDC_SERVICE_ACCOUNTS: accounts
    .optional()
    .describe(
      'Programs whose tokens of their own (client credentials) are accepted, as JSON: `[{"name":"Nightly export","sub":"exporter","tenant":"…"}]`, with the `sub` of their tokens and the id of their tenant.',
    ),
};
export type ClaimsConfig = z.infer<z.ZodObject<typeof claimsEnvironment>>;

export const claimMapping = (config: ClaimsConfig): ClaimMapping => ({
  user: config.OIDC_USER_CLAIM,
  tenant: config.OIDC_TENANT_CLAIM,
  roles: config.OIDC_ROLES_CLAIM,
  roleNames: config.OIDC_ROLE_NAMES ?? {},
  ids: config.OIDC_IDS,
  serviceAccounts: config.OIDC_SERVICE_ACCOUNTS ?? [],
});
