/**
 * The gateway as a client of an OpenID Connect issuer: authorization code with PKCE, state and nonce (RFC 6749, RFC
 * 7636, OpenID Connect Core 1.0), refresh, revocation and the end of the issuer's own session. It throws IssuerFault
 * and nothing else. The issuer's metadata is fetched at the first use, and again when it is an hour old.
 */
import * as oauth from 'oauth4webapi';
import { boundedFetch } from './bounded-fetch.ts';
import { issuerFaultOf, refreshFaultOf } from './issuer-fault.ts';
import type { PendingSignIn } from './pending-sign-ins.ts';

export interface IssuerClientOptions {
  /** Exactly as in its `iss`. */
  readonly issuer: string;
  readonly clientId: string;
  /** Undefined for a public client. */
  readonly clientSecret: string | undefined;
  /** Separated by spaces. */
  readonly scope: string;
  /** Further parameters of the authorization request, as a query string. */
  readonly parameters: string;
  readonly clockToleranceSeconds: number;
}

export type ReceivedTokens = Pick<oauth.TokenEndpointResponse, 'access_token' | 'refresh_token' | 'id_token'>;

export interface IssuerClient {
  /** Where the browser goes to sign in. */
  authorizationUrl(pending: PendingSignIn, redirectUri: string): Promise<string>;
  /** @param callback the address to which the issuer sent the browser. */
  redeem(callback: URL, pending: PendingSignIn, redirectUri: string): Promise<ReceivedTokens>;
  /** Throws `refused` only when the issuer says that the refresh token is not valid any more. */
  refresh(refreshToken: string): Promise<ReceivedTokens>;
  /** Does nothing where the issuer revokes no tokens. */
  revoke(refreshToken: string): Promise<void>;
  /** Where the browser goes to end the issuer's own session; undefined where there is no such place. */
  endSessionUrl(idToken: string | undefined, returnTo: string): Promise<string | undefined>;
}

const metadataMs = 60 * 60_000;

const openMetadata = (issuer: URL, options: oauth.DiscoveryRequestOptions) => {
  let known: { readonly server: oauth.AuthorizationServer; readonly at: number } | undefined;
  let running: Promise<oauth.AuthorizationServer> | undefined;
  const discover = async (): Promise<oauth.AuthorizationServer> => {
    const response = await oauth.discoveryRequest(issuer, { algorithm: 'oidc', ...options });
    const server = await oauth.processDiscoveryResponse(issuer, response);
    known = { server, at: Date.now() };
    return server;
  };
  return async (): Promise<oauth.AuthorizationServer> => {
    if (known && Date.now() - known.at < metadataMs) return known.server;
    running ??= discover().finally(() => {
      running = undefined;
    });
    // Old metadata are better than none.
    const old = known?.server;
    return old ? running.catch(() => old) : running;
  };
};

/** Of the two ways to send a secret, the one that the issuer names; by default the one of the standard. */
const authenticationFor = (server: oauth.AuthorizationServer, secret: string | undefined): oauth.ClientAuth => {
  if (secret === undefined) return oauth.None();
  const methods = server.token_endpoint_auth_methods_supported;
  const isBasic = methods === undefined || methods.includes('client_secret_basic');
  return isBasic ? oauth.ClientSecretBasic(secret) : oauth.ClientSecretPost(secret);
};

const faultsAs = async <Result>(work: Promise<Result>, toFault: (fault: unknown) => Error): Promise<Result> => {
  try {
    return await work;
  } catch (fault) {
    throw toFault(fault);
  }
};

export const createIssuerClient = (options: IssuerClientOptions): IssuerClient => {
  const client: oauth.Client = {
    client_id: options.clientId,
    [oauth.clockTolerance]: options.clockToleranceSeconds,
  };
  const requests = {
    [oauth.customFetch]: boundedFetch,
    // Of an issuer without TLS: in production the environment is refused then.
    [oauth.allowInsecureRequests]: new URL(options.issuer).protocol === 'http:',
  };
  const metadata = openMetadata(new URL(options.issuer), requests);

  const redeem: IssuerClient['redeem'] = async (callback, pending, redirectUri) => {
    const server = await metadata();
    const parameters = oauth.validateAuthResponse(server, client, callback, pending.state);
    const response = await oauth.authorizationCodeGrantRequest(
      server,
      client,
      authenticationFor(server, options.clientSecret),
      parameters,
      redirectUri,
      pending.codeVerifier,
      requests,
    );
    const expected = { expectedNonce: pending.nonce, requireIdToken: true };
    return oauth.processAuthorizationCodeResponse(server, client, response, expected);
  };
  const refresh: IssuerClient['refresh'] = async (refreshToken) => {
    const server = await metadata();
    const authentication = authenticationFor(server, options.clientSecret);
    const response = await oauth.refreshTokenGrantRequest(server, client, authentication, refreshToken, requests);
    return oauth.processRefreshTokenResponse(server, client, response);
  };
  const revoke: IssuerClient['revoke'] = async (refreshToken) => {
    const server = await metadata();
    if (server.revocation_endpoint === undefined) return;
    const authentication = authenticationFor(server, options.clientSecret);
    const response = await oauth.revocationRequest(server, client, authentication, refreshToken, {
      ...requests,
      additionalParameters: { token_type_hint: 'refresh_token' },
    });
    await oauth.processRevocationResponse(response);
  };
  const authorizationUrl: IssuerClient['authorizationUrl'] = async (pending, redirectUri) => {
    const { authorization_endpoint: endpoint } = await metadata();
    if (endpoint === undefined) throw new Error('its metadata name no authorization endpoint');
    const url = new URL(endpoint);
    const parameters = {
      ...Object.fromEntries(new URLSearchParams(options.parameters)),
      client_id: options.clientId,
      response_type: 'code',
      redirect_uri: redirectUri,
      scope: options.scope,
      state: pending.state,
      nonce: pending.nonce,
      code_challenge: await oauth.calculatePKCECodeChallenge(pending.codeVerifier),
      code_challenge_method: 'S256',
    };
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
    return url.href;
  };
  const endSessionUrl: IssuerClient['endSessionUrl'] = async (idToken, returnTo) => {
    const { end_session_endpoint: endpoint } = await metadata();
    if (endpoint === undefined) return undefined;
    const url = new URL(endpoint);
    url.searchParams.set('client_id', options.clientId);
    url.searchParams.set('post_logout_redirect_uri', returnTo);
    if (idToken !== undefined) url.searchParams.set('id_token_hint', idToken);
    return url.href;
  };

  return {
    authorizationUrl: (...given) => faultsAs(authorizationUrl(...given), issuerFaultOf),
    redeem: (...given) => faultsAs(redeem(...given), issuerFaultOf),
    refresh: (...given) => faultsAs(refresh(...given), refreshFaultOf),
    revoke: (...given) => faultsAs(revoke(...given), issuerFaultOf),
    endSessionUrl: (...given) => faultsAs(endSessionUrl(...given), issuerFaultOf),
  };
};
