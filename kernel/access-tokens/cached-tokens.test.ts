import { createLocalJWKSet } from 'jose';
import { expect, test } from 'vitest';
import { audience, createTestIssuer, issuer } from './test-issuer.fixture.ts';
import { createTokenVerifier } from './token-verifier.ts';

test('cached tokens are weighed by their length, and the least recently used is evicted first', async () => {
  const { jwks, token } = await createTestIssuer();
  const keys = createLocalJWKSet(jwks);
  const verify = createTokenVerifier({ issuer, audience });
  const scope = 'x'.repeat(5000);
  const [first, usual] = [await token({ scope }), await token()];
  const [user, other] = [await verify(first, keys), await verify(usual, keys)];
  expect(await verify(first, keys)).toBe(user);
  for (let index = 0; index < 3000; index += 1) {
    await verify(await token({ scope }), keys);
    await verify(usual, keys);
  }
  expect(await verify(usual, keys)).toBe(other);
  expect(await verify(first, keys)).not.toBe(user);
});
