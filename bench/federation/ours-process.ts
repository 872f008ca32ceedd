/**
 * Our gateway as it is measured: with authentication, rates and limits at work, and as many users as there are
 * connections, so that no fetch is shared. `ours-process.ts SUPERGRAPH USERS`; says its address and tokens by IPC.
 */
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { createEmbeddedLimiter } from '#kernel/limiter/embedded-limiter.ts';
import { createLogger } from '#kernel/log.ts';
import { createLocalKeyAuthenticator } from '../../gateway/authentication/local-key-authenticator.ts';
import { createGateway } from '../../gateway/gateway.ts';

const issuer = 'https://issuer.example';
const audience = 'parlance';
const [path = '', users = '1'] = process.argv.slice(2);
const { privateKey, publicKey } = await generateKeyPair('ES256');
const jwks = { keys: [{ ...(await exportJWK(publicKey)), alg: 'ES256', kid: 'bench' }] };
const unlimited = { capacity: 1_000_000, refillPerSecond: 1_000_000 };
const gateway = await createGateway({
  supergraphSdl: await readFile(path, 'utf8'),
  host: '127.0.0.1',
  port: 0,
  authenticator: createLocalKeyAuthenticator({ issuer, audience, jwks }),
  identitySecret: 'a secret of the benchmark, 32 bytes or more',
  limiter: createEmbeddedLimiter(),
  rates: { perUser: unlimited, perTenant: unlimited },
  limits: { maxCost: 1_000_000 },
  isDevelopment: false,
  logger: createLogger('gateway', 'warn'),
});
const tokens = await Promise.all(
  Array.from({ length: Number(users) }, () =>
    new SignJWT({ tenant: randomUUID(), roles: ['USER'], scope: '' })
      .setProtectedHeader({ alg: 'ES256', kid: 'bench' })
      .setSubject(randomUUID())
      .setIssuer(issuer)
      .setAudience(audience)
      .setIssuedAt()
      .setExpirationTime('1h')
      .sign(privateKey),
  ),
);
process.send?.({ url: gateway.url, tokens });
process.on('disconnect', () => process.exit());
