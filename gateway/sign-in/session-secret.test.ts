/** What is derived from the secret of a session. */
import { randomUUID } from 'node:crypto';
import { validate, version } from 'uuid';
import { expect, test } from 'vitest';
import { createSecret, isSecret, openTokens, sealTokens, sessionIdOf } from './session-secret.ts';

const tokens = {
  accessToken: 'access',
  expiresAt: 2,
  receivedAt: 1,
  refreshToken: 'refresh',
  identity: { tenantId: randomUUID(), userId: randomUUID(), roles: ['USER' as const], scopes: ['read'] },
};

test('tokens open with the secret that sealed them and with no other, and not when they were changed', () => {
  const secret = createSecret();
  const sealed = sealTokens(tokens, secret);
  expect(sealTokens(tokens, secret)).not.toBe(sealed);
  expect(openTokens(sealed, secret)).toEqual(tokens);
  expect(openTokens(sealed, createSecret())).toBeUndefined();
  const bytes = Buffer.from(sealed, 'base64url');
  for (const at of [0, 12, bytes.length - 1]) {
    const changed = Buffer.from(bytes);
    changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
    expect(openTokens(changed.toString('base64url'), secret)).toBeUndefined();
  }
  for (const cut of ['', sealed.slice(0, 20), sealed.slice(0, -4)]) expect(openTokens(cut, secret)).toBeUndefined();
});

test('the id of a session is a UUID that differs for each secret and says nothing about it', () => {
  const secrets = Array.from({ length: 100 }, createSecret);
  expect(secrets.every(isSecret)).toBe(true);
  const ids = secrets.map(sessionIdOf);
  expect(ids.every((id) => validate(id) && version(id) === 8)).toBe(true);
  expect(new Set(ids).size).toBe(100);
  expect(sessionIdOf(secrets[0] ?? '')).toBe(ids[0]);
});
