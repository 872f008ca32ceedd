import { jwtVerify, SignJWT } from 'jose';
import { expect, test } from 'vitest';
import type { Identity } from '#contracts/identity.ts';
import { createIdentitySigner, createIdentityVerifier } from './identity.ts';

const secret = 'a secret of at least thirty-two characters';
const ada: Identity = {
  tenantId: '01900000-0000-7000-8000-00000000ac3e',
  userId: '01900000-0000-7000-8000-000000000ada',
  roles: ['USER', 'ADMIN'],
  scopes: ['models:write'],
};

test('an identity arrives as it was signed, and its token is reused', async () => {
  const sign = createIdentitySigner(secret);
  const verify = createIdentityVerifier(secret);
  expect(await verify(await sign(ada))).toEqual(ada);
  expect(await sign(ada)).toBe(await sign({ ...ada }));
  expect(await sign({ ...ada, service: 'usage' })).not.toBe(await sign(ada));
});

test('of two secrets the first one signs, and tokens of both are accepted, so that one can replace the other', async () => {
  const next = 'the next secret of at least thirty-two characters';
  const old = await createIdentitySigner(secret)(ada);
  const fresh = await createIdentitySigner(next)(ada);
  const both = createIdentityVerifier(secret, next);
  expect(await Promise.all([both(old), both(fresh)])).toEqual([ada, ada]);
  await expect(createIdentityVerifier(secret)(fresh)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  await expect(both(`${old}x`)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
});

test('a token with another secret, issuer, audience, time or content is refused', async () => {
  const verify = createIdentityVerifier(secret);
  const make = (key: string, change: (token: SignJWT) => SignJWT, identity: unknown = ada): Promise<string> =>
    change(
      new SignJWT({ identity })
        .setProtectedHeader({ alg: 'HS256' })
        .setIssuer('parlance-gateway')
        .setAudience('parlance-services')
        .setExpirationTime('1m'),
    ).sign(Buffer.from(key));
  const same = (token: SignJWT): SignJWT => token;
  expect(await verify(await make(secret, same))).toEqual(ada);
  const wrong = [
    await make('another secret of more than thirty-two characters', same),
    await make(secret, (token) => token.setIssuer('somebody')),
    await make(secret, (token) => token.setAudience('somebody')),
    await make(secret, (token) => token.setExpirationTime('-1s')),
    await make(secret, same, { ...ada, tenantId: 'acme' }),
    'nonsense',
  ];
  for (const token of wrong) await expect(verify(token)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
});

test('tokens are compatible with processes of version 0.1 in both directions', async () => {
  const token = await createIdentitySigner(secret)({ ...ada, service: 'usage' });
  const { payload } = await jwtVerify(token, Buffer.from(secret), { audience: 'parlance-rooms' });
  expect(payload['identity']).toMatchObject({ ...ada, room: 'usage' });
  const former = await new SignJWT({ identity: { ...ada, room: 'models' } })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer('parlance-gateway')
    .setAudience('parlance-rooms')
    .setExpirationTime('1m')
    .sign(Buffer.from(secret));
  expect(await createIdentityVerifier(secret)(former)).toEqual({ ...ada, service: 'models' });
});
