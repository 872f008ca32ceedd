/**
 * The development issuer as an OpenID provider: authorization code with PKCE, rotation of refresh tokens, revocation,
 * end of session, discovery and keys. Its access tokens are JWTs with the claims that `npm run token` signs. It asks
 * for no password and no consent. Where a secret is configured, a program gets tokens too (client credentials), which
 * name no person and no tenant. Invariant: it knows these two clients, and the addresses of one installation.
 */
import { hkdfSync } from 'node:crypto';
import { type ClientMetadata, type Configuration, type KoaContextWithOIDC, Provider } from 'oidc-provider';
import { developmentTenants, operatorScopes } from '#kernel/development-tenants.ts';
import { escapeHtml, type PlainPageParts, renderPage } from '../../gateway/sign-in/plain-page.ts';
import {
  developmentAudience,
  developmentClientId,
  developmentProgramId,
  type SigningKey,
} from './development-issuer.ts';
import type { IssuerStore } from './issuer-store.ts';

export interface ProviderOptions {
  /** Its `iss`, the address under which browsers and the gateway reach it. */
  readonly issuer: string;
  /** Where the web pages that sign in are, an origin. */
  readonly publicUrl: string;
  readonly key: SigningKey;
  readonly store: IssuerStore;
  /** Seconds for which an access token is valid. */
  readonly accessTokenSeconds: number;
  /** With which the development program gets its tokens. Undefined: it gets none. */
  readonly programSecret: string | undefined;
}

/** Resource indicators (RFC 8707) are URIs. */
const resource = 'urn:parlance:api';
const everyScope = ['read', 'write', ...operatorScopes].join(' ');
const day = 24 * 60 * 60;

/** Path of the page on which people choose who they are. */
export const signInPath = '/sign-in';

export const findDevelopmentUser = (id: string | undefined) => {
  for (const tenant of developmentTenants) {
    const user = tenant.users.find((candidate) => candidate.id === id);
    if (user) return { tenant, user };
  }
  return undefined;
};

const showPage = (context: KoaContextWithOIDC, parts: PlainPageParts): void => {
  const { html, policy } = renderPage(parts);
  context.type = 'html';
  context.set('content-security-policy', policy);
  context.body = html;
};

/** Whoever signs out of a web page has decided already: with scripts, the form sends itself. */
const signOutScript = `document.getElementById('op.logoutForm').requestSubmit(document.querySelector('button'))`;

const loadGrant = async (context: KoaContextWithOIDC) => {
  const { client, session, provider, result } = context.oidc;
  if (!client || !session?.accountId) return undefined;
  const known = result?.consent?.grantId ?? session.grantIdFor(client.clientId);
  const found = known === undefined ? undefined : await provider.Grant.find(known);
  if (found) return found;
  const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
  grant.addOIDCScope('openid offline_access');
  const { user } = findDevelopmentUser(session.accountId) ?? {};
  grant.addResourceScope(resource, ['read', 'write', ...(user?.scopes ?? [])].join(' '));
  // Said outright, because a scope without a decision makes the provider ask for consent.
  grant.rejectResourceScope(resource, operatorScopes.filter((scope) => !user?.scopes.includes(scope)).join(' '));
  await grant.save();
  return grant;
};

const webClient = (publicUrl: string): ClientMetadata => ({
  client_id: developmentClientId,
  client_name: 'Parlance',
  token_endpoint_auth_method: 'none',
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  redirect_uris: [new URL('/auth/callback', publicUrl).href],
  post_logout_redirect_uris: [new URL('/', publicUrl).href],
  id_token_signed_response_alg: 'ES256',
});

const program = (secret: string): ClientMetadata => ({
  client_id: developmentProgramId,
  client_secret: secret,
  token_endpoint_auth_method: 'client_secret_basic',
  grant_types: ['client_credentials'],
  response_types: [],
  redirect_uris: [],
  id_token_signed_response_alg: 'ES256',
});

const features = (hasProgram: boolean): Configuration['features'] => ({
  clientCredentials: { enabled: hasProgram },
  devInteractions: { enabled: false },
  revocation: { enabled: true, allowedPolicy: (_, client, token) => token.clientId === client.clientId },
  rpInitiatedLogout: {
    enabled: true,
    logoutSource(context, form) {
      const button = '<button type="submit" form="op.logoutForm" name="logout" value="yes">Sign out</button>';
      showPage(context, { title: 'Sign out', content: `${form}${button}`, script: signOutScript });
    },
    postLogoutSuccessSource: (context) => showPage(context, { title: 'You are signed out', content: '' }),
  },
  resourceIndicators: {
    enabled: true,
    defaultResource: () => resource,
    useGrantedResource: () => true,
    getResourceServerInfo: () => ({
      scope: everyScope,
      audience: developmentAudience,
      accessTokenFormat: 'jwt',
      jwt: { sign: { alg: 'ES256' } },
    }),
  },
});

/** The provider itself says no more than that the authentication failed. */
const explainRefusedClients = async (context: KoaContextWithOIDC, next: () => Promise<void>): Promise<void> => {
  await next();
  const { body } = context;
  if (typeof body !== 'object' || body === null || Reflect.get(body, 'error') !== 'invalid_client') return;
  context.body = { ...body, error_description: 'There is no such client, or its secret is another one.' };
};

export const createProvider = (options: ProviderOptions): Provider => {
  const { issuer, publicUrl, key, store, accessTokenSeconds, programSecret } = options;
  const basePath = new URL(issuer).pathname.replace(/\/$/, '');
  const provider = new Provider(issuer, {
    adapter: store.adapter,
    clients: [webClient(publicUrl), ...(programSecret === undefined ? [] : [program(programSecret)])],
    jwks: { keys: [key] },
    cookies: {
      keys: [Buffer.from(hkdfSync('sha256', key.d, '', 'cookies of the development issuer', 32)).toString('hex')],
      names: { session: 'issuer-session', interaction: 'issuer-interaction', resume: 'issuer-resume' },
    },
    ttl: {
      AccessToken: accessTokenSeconds,
      AuthorizationCode: 60,
      ClientCredentials: accessTokenSeconds,
      IdToken: 600,
      Interaction: 600,
      RefreshToken: 14 * day,
      Grant: 14 * day,
      Session: 14 * day,
    },
    interactions: { url: (_, { uid }) => `${basePath}${signInPath}/${uid}` },
    features: features(programSecret !== undefined),
    pkce: { required: () => true },
    // Those of the API belong to its resource; of these here each needs a decision of its own.
    scopes: ['openid', 'offline_access'],
    claims: { openid: ['sub', 'name', 'tenant'] },
    rotateRefreshToken: () => true,
    issueRefreshToken: async () => true,
    expiresWithSession: async () => false,
    clientBasedCORS: () => false,
    loadExistingGrant: loadGrant,
    async findAccount(_, id) {
      const found = findDevelopmentUser(id);
      if (!found) return undefined;
      return { accountId: id, claims: async () => ({ sub: id, name: found.user.name, tenant: found.tenant.id }) };
    },
    async extraTokenClaims(_, token) {
      const found = 'accountId' in token ? findDevelopmentUser(token.accountId) : undefined;
      return found ? { tenant: found.tenant.id, roles: [...found.user.roles] } : { roles: ['USER'] };
    },
    renderError(context, { error, error_description: reason }) {
      const said = escapeHtml(`${error}${reason === undefined ? '' : `: ${reason}`}`);
      const content = `<p>The development issuer refused the request. ${said}</p>`;
      showPage(context, { title: 'This sign-in cannot go on', content });
    },
  });
  provider.use(explainRefusedClients);
  return provider;
};
