/**
 * The issuer of tokens for development: one key in the data directory, made at first use, and tokens for the seeded
 * users. provider.ts signs in web pages with the same key. Never used in production, and only by processes that listen
 * on loopback.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, importJWK, type JSONWebKeySet, SignJWT } from 'jose';
import { z } from 'zod';
import type { Role } from '#contracts/identity.ts';
import { EnvironmentError } from '#kernel/config/environment.ts';
import type { DevelopmentTenant, DevelopmentUser } from '#kernel/development-tenants.ts';
import { openPrivateDirectory } from '#kernel/process/private-files.ts';

export const developmentAudience = 'parlance';
/** Of the web pages that sign in. */
export const developmentClientId = 'parlance-web';
/** Of the program that gets tokens by client credentials: the `sub` of its tokens. */
export const developmentProgramId = 'parlance-program';
/** `iss` where the key set is at hand and nothing is discovered. */
export const developmentIssuerName = 'urn:parlance:development';
const algorithm = 'ES256';
const keyId = 'development';

const keySchema = z.object({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  x: z.string(),
  y: z.string(),
  d: z.string(),
});

export interface TokenRequest {
  readonly tenant: DevelopmentTenant;
  readonly user: DevelopmentUser;
  readonly roles: readonly Role[];
  readonly scope: string;
  /** From now, in jose's words: `1h`, `10 minutes`, `-1s` for one that has expired. */
  readonly expires: string;
}

/** Private. */
export type SigningKey = z.infer<typeof keySchema> & {
  readonly kid: string;
  readonly alg: string;
  readonly use: 'sig';
};

export interface DevelopmentIssuer {
  /** Public. */
  readonly jwks: JSONWebKeySet;
  readonly key: SigningKey;
  sign(request: TokenRequest): Promise<string>;
}

const readKey = async (file: string): Promise<z.infer<typeof keySchema>> => {
  const stored = await readFile(file, 'utf8').catch(() => undefined);
  if (stored !== undefined) return keySchema.parse(JSON.parse(stored));
  const { privateKey } = await generateKeyPair(algorithm, { extractable: true });
  const key = keySchema.parse(await exportJWK(privateKey));
  try {
    await openPrivateDirectory(join(file, '..'));
    await writeFile(file, JSON.stringify(key), { mode: 0o600, flag: 'wx' });
    return key;
  } catch (cause) {
    // Somebody else may have made it first.
    const made = await readFile(file, 'utf8').catch(() => {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new EnvironmentError(
        `No key can be kept at ${file} (${reason}). Set DATA_DIR to a directory that can be written.`,
        { cause },
      );
    });
    return keySchema.parse(JSON.parse(made));
  }
};

/**
 * Throws EnvironmentError when the directory can neither be read nor written.
 * @param issuer the `iss` of its tokens.
 */
export const openDevelopmentIssuer = async (
  dataDirectory: string,
  issuer: string = developmentIssuerName,
): Promise<DevelopmentIssuer> => {
  const { d, ...publicKey } = await readKey(join(dataDirectory, 'issuer', 'key.json'));
  const key = await importJWK({ ...publicKey, d }, algorithm);
  const described = { ...publicKey, kid: keyId, alg: algorithm, use: 'sig' } as const;
  return {
    jwks: { keys: [described] },
    key: { ...described, d },
    sign: ({ tenant, user, roles, scope, expires }) =>
      new SignJWT({ tenant: tenant.id, roles, scope })
        .setProtectedHeader({ alg: algorithm, kid: keyId })
        .setSubject(user.id)
        .setIssuer(issuer)
        .setAudience(developmentAudience)
        .setIssuedAt()
        .setExpirationTime(expires)
        .sign(key),
  };
};
