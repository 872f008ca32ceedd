import { expect, test } from 'vitest';
import { type Credential, cookieSession, createSession, type Session } from './session.ts';

/** Unsigned: the SDK reads the expiry and leaves the rest to the server. */
const tokenUntil = (secondsFromNow: number): string => {
  const claims = Buffer.from(JSON.stringify({ exp: Math.floor(Date.now() / 1000) + secondsFromNow }));
  return `head.${claims.toString('base64url')}.signature`;
};

const credentialOf = (token: string): Credential => ({
  headers: { authorization: `Bearer ${token}` },
  connectionParams: { authorization: `Bearer ${token}` },
});
const tokenOf = async (session: Session): Promise<string> =>
  (await session.credential()).headers['authorization']?.replace('Bearer ', '') ?? '';

const counted = (...tokens: readonly string[]) => {
  let asked = 0;
  const session = createSession(async () => {
    asked += 1;
    return tokens[Math.min(asked, tokens.length) - 1] ?? '';
  });
  return { session, asked: () => asked };
};

test('requests one token for concurrent calls, and keeps it while it is valid', async () => {
  const { session, asked } = counted(tokenUntil(600));
  const tokens = await Promise.all([tokenOf(session), tokenOf(session), tokenOf(session)]);
  expect(new Set([...tokens, await tokenOf(session)]).size).toBe(1);
  expect(asked()).toBe(1);
});

test('requests another token before the current one expires', async () => {
  const next = tokenUntil(600);
  const { session, asked } = counted(tokenUntil(0), next);
  await tokenOf(session);
  expect(await tokenOf(session)).toBe(next);
  expect(asked()).toBe(2);
});

test('requests another token when the server refuses the current one, and not when it refuses an older one', async () => {
  const [first, second] = [tokenUntil(600), tokenUntil(601)];
  const { session, asked } = counted(first, second);
  await tokenOf(session);
  expect(session.refuse(credentialOf(first))).toBe(true);
  expect(await tokenOf(session)).toBe(second);
  session.refuse(credentialOf(first));
  expect(await tokenOf(session)).toBe(second);
  expect(asked()).toBe(2);
});

test('keeps an API key, which has no expiry, until the server refuses it', async () => {
  const [first, second] = [`parlance_${'0'.repeat(72)}`, `parlance_${'1'.repeat(72)}`];
  const { session, asked } = counted(first, second);
  expect([await tokenOf(session), await tokenOf(session)]).toEqual([first, first]);
  expect(asked()).toBe(1);
  session.refuse(credentialOf(first));
  expect(await tokenOf(session)).toBe(second);
});

test('has no other token where the application gave a constant one', async () => {
  const session = createSession('only');
  expect(await tokenOf(session)).toBe('only');
  expect(session.refuse(credentialOf('only'))).toBe(false);
});

test('requests again after the application failed to give a token', async () => {
  let fails = true;
  const session = createSession(() => {
    if (!fails) return 'token';
    fails = false;
    throw new Error('offline');
  });
  await expect(session.credential()).rejects.toThrow('offline');
  expect(await tokenOf(session)).toBe('token');
});

test('the session of a page shows no token, and says once that it was refused, until the user has signed in', async () => {
  let signedOut = 0;
  const session = createSession(cookieSession, () => {
    signedOut += 1;
  });
  const credential = await session.credential();
  expect(credential).toEqual({ headers: { 'x-parlance-session': '1' }, connectionParams: undefined });
  expect([session.refuse(credential), session.refuse(credential)]).toEqual([false, false]);
  expect(signedOut).toBe(1);
  session.renew();
  session.refuse(credential);
  expect(signedOut).toBe(2);
});
