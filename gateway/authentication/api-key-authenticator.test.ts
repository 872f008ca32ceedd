import { expect, test, vi } from 'vitest';
import { generateApiKey, hashApiKey } from '#kernel/access/api-key.ts';
import { AppError } from '#kernel/errors.ts';
import { type ApiKeyFixture, openApiKeyFixture } from '../fixtures/api-key.fixture.ts';

/** Longer than any test, so that keys are never refreshed. */
const never = 60 * 60_000;

const refusal = (sentence: RegExp) =>
  expect.objectContaining({ code: 'UNAUTHENTICATED', message: expect.stringMatching(sentence) });
/** Signs in, and collects the reasons with which the key ends. */
const signIn = async ({ authenticator }: ApiKeyFixture, key: string) => {
  const reasons: unknown[] = [];
  const user = await authenticator.authenticate(key);
  const forget = user.onRevoked?.((reason) => reasons.push(reason));
  return { user, reasons, forget };
};

test('a key authenticates its user with its rights, and is looked up once, also by many at a time', async () => {
  await using fixture = await openApiKeyFixture(never);
  const expiresAt = new Date(Date.now() + 60_000).toISOString();
  const { key, stored } = fixture.make({ roles: ['USER', 'ADMIN'], scopes: ['a'], expiresAt });
  const { id: apiKeyId, tenantId, userId } = stored;
  const users = await Promise.all(Array.from({ length: 5 }, () => fixture.authenticator.authenticate(key)));
  for (const user of [...users, await fixture.authenticator.authenticate(key)]) {
    expect(user.identity).toEqual({ tenantId, userId, roles: ['USER', 'ADMIN'], scopes: ['a'], apiKeyId });
    expect(user.expiresAt).toBe(Date.parse(expiresAt));
  }
  expect(fixture.asked).toEqual([[{ hash: hashApiKey(key), isUsed: true }]]);
});

test('garbage is refused without a look-up, and a refused key is looked up once', async () => {
  await using fixture = await openApiKeyFixture(never);
  const garbage = `${fixture.make().key.slice(0, -1)}x`;
  await expect(fixture.authenticator.authenticate(garbage)).rejects.toEqual(refusal(/not valid/));
  expect(fixture.asked).toEqual([]);
  const revoked = fixture.make({ revokedAt: new Date().toISOString() }).key;
  const expired = fixture.make({ expiresAt: new Date(Date.now() - 1).toISOString() }).key;
  for (const [key, sentence] of [
    [generateApiKey(), /not valid/],
    [revoked, /was revoked/],
    [expired, /has expired/],
  ] as const) {
    for (const _ of [1, 2]) await expect(fixture.authenticator.authenticate(key)).rejects.toEqual(refusal(sentence));
  }
  expect(fixture.asked).toHaveLength(3);
});

test('a key that expires is refused from then on, although it is cached', async () => {
  await using fixture = await openApiKeyFixture(never);
  const { key } = fixture.make({ expiresAt: new Date(Date.now() + 300).toISOString() });
  await fixture.authenticator.authenticate(key);
  await vi.waitFor(() => expect(fixture.authenticator.authenticate(key)).rejects.toEqual(refusal(/has expired/)));
  expect(fixture.asked).toHaveLength(1);
});

test('a revocation signal ends everything that runs with the key, once, and nothing else', async () => {
  await using fixture = await openApiKeyFixture(never);
  const { key, stored } = fixture.make();
  const { user, reasons } = await signIn(fixture, key);
  const left = await signIn(fixture, key);
  left.forget?.();
  const other = await signIn(fixture, fixture.make().key);
  await fixture.revoke(stored);
  expect(reasons).toEqual([refusal(/was revoked/)]);
  await expect(fixture.authenticator.authenticate(key)).rejects.toEqual(refusal(/was revoked/));
  expect([...left.reasons, ...other.reasons]).toEqual([]);
  // A late subscriber with an earlier user is notified too.
  const late = new Promise((resolve) => user.onRevoked?.(resolve));
  expect(await late).toEqual(refusal(/was revoked/));
  await fixture.revoke(stored);
  expect(reasons).toHaveLength(1);
});

test('a revocation that arrives before an older response is not undone by it', async () => {
  await using fixture = await openApiKeyFixture(never);
  const { key, stored } = fixture.make();
  const release = fixture.holdBack();
  const user = fixture.authenticator.authenticate(key);
  const refused = expect(user).rejects.toEqual(refusal(/was revoked/));
  await vi.waitFor(() => expect(fixture.asked).toHaveLength(1));
  await fixture.revoke(stored);
  release();
  await refused;
});

test('a revocation whose signal is lost is found at the next refresh, and so are changed rights', async () => {
  await using fixture = await openApiKeyFixture(20);
  const [gone, weaker] = [fixture.make(), fixture.make({ roles: ['USER', 'ADMIN'] })];
  const [first, second] = [await signIn(fixture, gone.key), await signIn(fixture, weaker.key)];
  gone.stored.revokedAt = new Date().toISOString();
  weaker.stored.roles = ['USER'];
  await vi.waitFor(() => expect(first.reasons).toEqual([refusal(/was revoked/)]));
  await vi.waitFor(() => expect(second.reasons).toEqual([refusal(/rights/)]));
  await expect(fixture.authenticator.authenticate(gone.key)).rejects.toEqual(refusal(/was revoked/));
  expect((await fixture.authenticator.authenticate(weaker.key)).identity.roles).toEqual(['USER']);
});

test('a refresh reports which keys are in use', async () => {
  await using fixture = await openApiKeyFixture(20);
  const [idle, streaming] = [fixture.make().key, fixture.make().key];
  await fixture.authenticator.authenticate(idle);
  await signIn(fixture, streaming);
  await vi.waitFor(() =>
    expect(fixture.asked).toContainEqual([
      { hash: hashApiKey(streaming), isUsed: true },
      { hash: hashApiKey(idle), isUsed: false },
    ]),
  );
});

test('while usage is down a known key keeps working, and an unknown one is asked to retry', async () => {
  await using fixture = await openApiKeyFixture(20);
  const { key } = fixture.make();
  const { reasons } = await signIn(fixture, key);
  const comeBack = fixture.goDown();
  const before = fixture.asked.length;
  await vi.waitFor(() => expect(fixture.asked.length).toBeGreaterThan(before + 1));
  await fixture.authenticator.authenticate(key);
  expect(reasons).toEqual([]);
  const unknown = fixture.make().key;
  await expect(fixture.authenticator.authenticate(unknown)).rejects.toMatchObject({
    code: 'OVERLOADED',
    retryAfterMs: 1000,
  });
  comeBack();
  await fixture.authenticator.authenticate(unknown);
});

test('a flood of invented keys is refused, and locks nobody out, known or not, from any address', async () => {
  await using fixture = await openApiKeyFixture(never);
  const { key } = fixture.make();
  await fixture.authenticator.authenticate(key);
  const release = fixture.holdBack();
  const flood = Array.from({ length: 700 }, () =>
    fixture.authenticator.authenticate(generateApiKey(), '203.0.113.1').catch((fault: unknown) => fault),
  );
  const others = ['203.0.113.1', '203.0.113.2'].map((from) => {
    const made = fixture.make();
    return { made, user: fixture.authenticator.authenticate(made.key, from) };
  });
  await fixture.authenticator.authenticate(key);
  release();
  for (const { made, user } of others) expect((await user).identity.apiKeyId).toBe(made.stored.id);
  const codes = (await Promise.all(flood)).map((fault) => (fault instanceof AppError ? fault.code : undefined));
  expect(new Set(codes)).toEqual(new Set(['UNAUTHENTICATED']));
  // Many in one look-up.
  expect(fixture.asked.length).toBeLessThan(20);
});
