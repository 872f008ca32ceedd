/**
 * Who calls a subgraph. Usually it is the gateway, with an identity token that it signed. Behind a router of another
 * make it is the user, with an access token of the issuer, where the process knows one. Invariant: an access token
 * never acts for a service, so it opens no internal field.
 */
import { decodeProtectedHeader } from 'jose';
import type { Identity } from '#contracts/identity.ts';
import type { AccessList } from '../access/access-list.ts';
import { parseBearer, tokenFromConnectionParams } from '../access-tokens/bearer-token.ts';
import type { OidcAuthenticator } from '../access-tokens/oidc-authenticator.ts';
import { AppError } from '../errors.ts';
import type { VerifyIdentity } from '../identity.ts';

export interface Caller {
  readonly identity: Identity;
  /**
   * When the access token expires, in milliseconds since the epoch. Undefined for an identity token: the gateway
   * watches the time of its users' tokens.
   */
  readonly expiresAt?: number;
}

/** How the identity of a caller is found. */
export interface CallerOptions {
  readonly verifyIdentity: VerifyIdentity;
  /** Undefined: access tokens are refused. */
  readonly accessTokens?: Pick<OidcAuthenticator, 'authenticate'> | undefined;
  /** Undefined: the roles of the token apply. */
  readonly access?: AccessList | undefined;
}

/** Throws UNAUTHENTICATED without a valid token, and FORBIDDEN for a user who was deactivated. */
export type IdentifyCaller = (token: string | undefined) => Promise<Caller>;

/** Whether a token would be one of the gateway, valid or not: the issuer's are signed by other algorithms. */
export const isIdentityToken = (token: string): boolean => {
  try {
    return decodeProtectedHeader(token).alg === 'HS256';
  } catch {
    return false;
  }
};

export const createCallers = ({ verifyIdentity, accessTokens, access }: CallerOptions): IdentifyCaller => {
  const verify = async (token: string): Promise<Caller> =>
    accessTokens && !isIdentityToken(token)
      ? accessTokens.authenticate(token)
      : { identity: await verifyIdentity(token) };
  return async (token) => {
    if (token === undefined) throw new AppError('UNAUTHENTICATED', 'This address is for the gateway only.');
    const caller = await verify(token);
    return access ? { ...caller, identity: access.admit(caller.identity) } : caller;
  };
};

/** The token of a socket: of its `connection_init`, else of the request that opened it. */
export const tokenOfSocket = (
  params: Readonly<Record<string, unknown>> | undefined,
  authorization: string | undefined,
): string | undefined => tokenFromConnectionParams(params) ?? parseBearer(authorization);
