import { expect, test, vi } from 'vitest';
import { generateApiKey, hashApiKey } from '#kernel/access/api-key.ts';
import { AppError } from '#kernel/errors.ts';
import { type ApiKeyRoom, openApiKeyRoom } from '../testing/api-key-room.ts';

/** Longer than any test: nobody looks again. */
const never = 60 * 60_000;

const refusal = (sentence: RegExp) =>
  expect.objectContaining({ code: 'UNAUTHENTICATED', message: expect.stringMatching(sentence) });
/** Signs in, and gives what is told at the end of the key. */
const signIn = async ({ authenticator }: ApiKeyRoom, key: string) => {
  const told: unknown[] = [];
  const user = await authenticator.authenticate(key);
  const forget = user.onRevoked?.((reason) => told.push(reason));
  return { user, told, forget };
};

test('a key stands for its user with its rights, and is asked for once, also by many at a time', async () => {
  await using room = await openApiKeyRoom(never);
  const expiresAt = new Date(Date.now() + 60_000).toISOString();
  const { key, stored } = room.make({ roles: ['USER', 'ADMIN'], scopes: ['a'], expiresAt });
  const { id: apiKeyId, tenantId, userId } = stored;
  const users = await Promise.all(Array.from({ length: 5 }, () => room.authenticator.authenticate(key)));
  for (const user of [...users, await room.authenticator.authenticate(key)]) {
    expect(user.identity).toEqual({ tenantId, userId, roles: ['USER', 'ADMIN'], scopes: ['a'], apiKeyId });
    expect(user.expiresAt).toBe(Date.parse(expiresAt));
  }
  expect(room.asked).toEqual([[{ hash: hashApiKey(key), isUsed: true }]]);
});

test('garbage is refused without a question, and what is refused is asked for once', async () => {
  await using room = await openApiKeyRoom(never);
  const garbage = `${room.make().key.slice(0, -1)}x`;
  await expect(room.authenticator.authenticate(garbage)).rejects.toEqual(refusal(/not valid/));
  expect(room.asked).toEqual([]);
  const revoked = room.make({ revokedAt: new Date().toISOString() }).key;
  const expired = room.make({ expiresAt: new Date(Date.now() - 1).toISOString() }).key;
  for (const [key, sentence] of [
    [generateApiKey(), /not valid/],
    [revoked, /was revoked/],
    [expired, /has expired/],
  ] as const) {
    for (const _ of [1, 2]) await expect(room.authenticator.authenticate(key)).rejects.toEqual(refusal(sentence));
  }
  expect(room.asked).toHaveLength(3);
});

test('a key that expires is refused from then on, though it is remembered', async () => {
  await using room = await openApiKeyRoom(never);
  const { key } = room.make({ expiresAt: new Date(Date.now() + 300).toISOString() });
  await room.authenticator.authenticate(key);
  await vi.waitFor(() => expect(room.authenticator.authenticate(key)).rejects.toEqual(refusal(/has expired/)));
  expect(room.asked).toHaveLength(1);
});

test('a revocation that is told ends what runs with the key, once, and nothing else', async () => {
  await using room = await openApiKeyRoom(never);
  const { key, stored } = room.make();
  const { user, told } = await signIn(room, key);
  const left = await signIn(room, key);
  left.forget?.();
  const other = await signIn(room, room.make().key);
  await room.revoke(stored);
  expect(told).toEqual([refusal(/was revoked/)]);
  await expect(room.authenticator.authenticate(key)).rejects.toEqual(refusal(/was revoked/));
  expect([...left.told, ...other.told]).toEqual([]);
  // Who comes to follow it now, with what it got before, is told too.
  const late = new Promise((resolve) => user.onRevoked?.(resolve));
  expect(await late).toEqual(refusal(/was revoked/));
  await room.revoke(stored);
  expect(told).toHaveLength(1);
});

test('a revocation that comes before an older answer is not undone by it', async () => {
  await using room = await openApiKeyRoom(never);
  const { key, stored } = room.make();
  const release = room.holdBack();
  const answer = room.authenticator.authenticate(key);
  const refused = expect(answer).rejects.toEqual(refusal(/was revoked/));
  await vi.waitFor(() => expect(room.asked).toHaveLength(1));
  await room.revoke(stored);
  release();
  await refused;
});

test('a revocation whose signal is lost is seen at the next look, and so is a key with other rights', async () => {
  await using room = await openApiKeyRoom(20);
  const [gone, weaker] = [room.make(), room.make({ roles: ['USER', 'ADMIN'] })];
  const [first, second] = [await signIn(room, gone.key), await signIn(room, weaker.key)];
  gone.stored.revokedAt = new Date().toISOString();
  weaker.stored.roles = ['USER'];
  await vi.waitFor(() => expect(first.told).toEqual([refusal(/was revoked/)]));
  await vi.waitFor(() => expect(second.told).toEqual([refusal(/rights/)]));
  await expect(room.authenticator.authenticate(gone.key)).rejects.toEqual(refusal(/was revoked/));
  expect((await room.authenticator.authenticate(weaker.key)).identity.roles).toEqual(['USER']);
});

test('a look tells which keys are in use', async () => {
  await using room = await openApiKeyRoom(20);
  const [idle, streaming] = [room.make().key, room.make().key];
  await room.authenticator.authenticate(idle);
  await signIn(room, streaming);
  await vi.waitFor(() =>
    expect(room.asked).toContainEqual([
      { hash: hashApiKey(streaming), isUsed: true },
      { hash: hashApiKey(idle), isUsed: false },
    ]),
  );
});

test('while usage is away a known key goes on, and an unknown one is told to try again', async () => {
  await using room = await openApiKeyRoom(20);
  const { key } = room.make();
  const { told } = await signIn(room, key);
  const comeBack = room.goAway();
  const before = room.asked.length;
  await vi.waitFor(() => expect(room.asked.length).toBeGreaterThan(before + 1));
  await room.authenticator.authenticate(key);
  expect(told).toEqual([]);
  const unknown = room.make().key;
  await expect(room.authenticator.authenticate(unknown)).rejects.toMatchObject({
    code: 'OVERLOADED',
    retryAfterMs: 1000,
  });
  comeBack();
  await room.authenticator.authenticate(unknown);
});

test('a flood of keys that are made up is refused, and keeps nobody out, known or not, wherever it comes from', async () => {
  await using room = await openApiKeyRoom(never);
  const { key } = room.make();
  await room.authenticator.authenticate(key);
  const release = room.holdBack();
  const flood = Array.from({ length: 700 }, () =>
    room.authenticator.authenticate(generateApiKey(), '203.0.113.1').catch((fault: unknown) => fault),
  );
  const others = ['203.0.113.1', '203.0.113.2'].map((from) => {
    const made = room.make();
    return { made, user: room.authenticator.authenticate(made.key, from) };
  });
  await room.authenticator.authenticate(key);
  release();
  for (const { made, user } of others) expect((await user).identity.apiKeyId).toBe(made.stored.id);
  const codes = (await Promise.all(flood)).map((fault) => (fault instanceof AppError ? fault.code : undefined));
  expect(new Set(codes)).toEqual(new Set(['UNAUTHENTICATED']));
  // Many in one question.
  expect(room.asked.length).toBeLessThan(20);
});
