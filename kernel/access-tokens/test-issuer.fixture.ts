/** An issuer of access tokens whose keys the test holds. */
import { randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

export const issuer = 'https://issuer.example';
export const audience = 'parlance';

export interface TokenOptions {
  readonly userId?: string;
  readonly tenantId?: string;
  /** Default: USER, and one that the gateway does not know. */
  readonly roles?: readonly string[];
  /** Default: `read write`. */
  readonly scope?: string;
  /** Seconds since the epoch. */
  readonly expiresAt?: number;
  readonly issuer?: string;
  readonly audience?: string;
}

export interface TestIssuer {
  readonly jwks: { readonly keys: Awaited<ReturnType<typeof exportJWK>>[] };
  token(options?: TokenOptions): Promise<string>;
}

export const createTestIssuer = async (keyId = 'test'): Promise<TestIssuer> => {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  return {
    jwks: { keys: [{ ...(await exportJWK(publicKey)), alg: 'ES256', kid: keyId }] },
    token: (options = {}) =>
      new SignJWT({
        tenant: options.tenantId ?? randomUUID(),
        roles: options.roles ?? ['USER', 'WIZARD'],
        scope: options.scope ?? 'read write',
      })
        .setProtectedHeader({ alg: 'ES256', kid: keyId })
        .setSubject(options.userId ?? randomUUID())
        .setIssuer(options.issuer ?? issuer)
        .setAudience(options.audience ?? audience)
        .setIssuedAt()
        .setExpirationTime(options.expiresAt ?? Math.floor(Date.now() / 1000) + 600)
        .sign(privateKey),
  };
};
