/**
 * Which claims of an access token define an identity. By default `sub` is the user's UUID, `tenant` the tenant's,
 * `roles` an array (roles of other applications are ignored), `scope` a list separated by spaces (RFC 8693). For other
 * issuers the configuration names the claims. Invariant: two users, or two tenants, never get one id: either all ids
 * are the issuer's own UUIDs, or all of them are derived.
 */
import { v5 } from 'uuid';
import { z } from 'zod';
import { type Identity, type Role, roles } from '#contracts/identity.ts';
import { EnvironmentError } from '../config/environment.ts';
import { AppError } from '../errors.ts';

/** A program that signs in with a token of its own (client credentials), which no person has. */
export interface ServiceAccount {
  /** Under which it appears in the usage of its tenant. */
  readonly name: string;
  /** The `sub` of its tokens. */
  readonly sub: string;
  /** Its tenant, as the tenant claim of a person would have it. */
  readonly tenant: string;
}

export interface ClaimMapping {
  /** Names of claims. A name with dots leads into objects unless there is a claim of that whole name. */
  readonly user: string;
  readonly tenant: string;
  readonly roles: string;
  /** Name of a role at the issuer -> its role here. Empty: the names are the same. */
  readonly roleNames: Readonly<Record<string, Role>>;
  /** `uuid`: ids are UUIDs. `derived`: ids are any text, from which UUIDs are derived under the issuer. */
  readonly ids: 'uuid' | 'derived';
  readonly serviceAccounts: readonly ServiceAccount[];
}

export const defaultClaims: ClaimMapping = {
  user: 'sub',
  tenant: 'tenant',
  roles: 'roles',
  roleNames: {},
  ids: 'uuid',
  serviceAccounts: [],
};

/** Who signed in with an access token. */
export interface SignedInUser {
  readonly identity: Identity;
  /** When the token expires, in milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** Throws UNAUTHENTICATED that names the missing or invalid claims. */
export type ReadClaims = (payload: Readonly<Record<string, unknown>>) => SignedInUser;

/** Characters of an id at the issuer. OpenID Connect allows 255 for `sub`. */
const longestId = 255;
const idText = z.union([z.string().min(1).max(longestId), z.number().transform(String)]);
// Two spellings of one UUID are one identity (RFC 9562, 4), because decisions about a user are found by it.
const uuid = z.uuid().toLowerCase();
const roleNames = z.union([z.array(z.string()), z.string().transform((text) => text.split(' '))]).default([]);
const otherClaims = z.object({ scope: z.string().default(''), exp: z.number(), sub: z.unknown() });

const isRole = (name: string): name is Role => roles.some((role) => role === name);

const valueAt = (payload: unknown, path: string): unknown => {
  if (typeof payload !== 'object' || payload === null) return undefined;
  if (Object.hasOwn(payload, path)) return Reflect.get(payload, path);
  const at = path.indexOf('.');
  const head = path.slice(0, at);
  return at > 0 && Object.hasOwn(payload, head) ? valueAt(Reflect.get(payload, head), path.slice(at + 1)) : undefined;
};

const unusable = (claims: readonly string[]): AppError =>
  new AppError(
    'UNAUTHENTICATED',
    `The token lacks usable claims: ${claims.join(', ')}. Ask your administrator for one.`,
  );

/**
 * Throws EnvironmentError when the tenant of a service account cannot be one.
 * @param issuer under which ids are derived.
 */
export const createClaimReader = (issuer: string, mapping: ClaimMapping = defaultClaims): ReadClaims => {
  const namespace = v5(issuer, v5.URL);
  const derive = (kind: 'tenant' | 'user' | 'service', text: string): string => v5(`${kind}:${text}`, namespace);
  const accounts = new Map(mapping.serviceAccounts.map((account) => [account.sub, account]));
  const rolesFor = (names: readonly string[]): Role[] => {
    const isMapped = Object.keys(mapping.roleNames).length > 0;
    const named = names.map((name) =>
      isMapped ? (Object.hasOwn(mapping.roleNames, name) ? mapping.roleNames[name] : undefined) : name,
    );
    return [...new Set(named.filter((name) => name !== undefined).filter(isRole))];
  };
  /** The UUID; undefined when there is no usable value. */
  const idOf = (kind: 'tenant' | 'user', value: unknown): string | undefined => {
    const text = idText.safeParse(value).data;
    if (text === undefined) return undefined;
    return mapping.ids === 'derived' ? derive(kind, text) : uuid.safeParse(text).data;
  };

  for (const { name, tenant } of mapping.serviceAccounts) {
    if (idOf('tenant', tenant) !== undefined) continue;
    throw new EnvironmentError(`The tenant of the service account ${name} is no UUID, which OIDC_IDS=uuid requires.`);
  }

  return (payload) => {
    const account = accounts.get(String(payload['sub']));
    const tenantId = idOf('tenant', account ? account.tenant : valueAt(payload, mapping.tenant));
    const userId = account
      ? (idOf('user', account.sub) ?? derive('service', account.sub))
      : idOf('user', valueAt(payload, mapping.user));
    const named = roleNames.safeParse(valueAt(payload, mapping.roles));
    const others = otherClaims.safeParse(payload);
    if (tenantId === undefined || userId === undefined || !named.success || !others.success) {
      throw unusable([
        ...(userId === undefined ? [mapping.user] : []),
        ...(tenantId === undefined ? [mapping.tenant] : []),
        ...(named.success ? [] : [mapping.roles]),
        ...new Set(others.error?.issues.map((issue) => issue.path.join('.'))),
      ]);
    }
    return {
      identity: {
        tenantId,
        userId,
        roles: rolesFor(named.data),
        scopes: others.data.scope.split(' ').filter((name) => name !== ''),
        ...(account ? { serviceAccount: account.name } : {}),
      },
      expiresAt: others.data.exp * 1000,
    };
  };
};
