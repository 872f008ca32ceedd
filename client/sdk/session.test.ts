import { expect, test } from 'vitest';
import { createSession } from './session.ts';

/** Unsigned: the SDK reads the expiry and leaves the rest to the server. */
const tokenUntil = (secondsFromNow: number): string => {
  const claims = Buffer.from(JSON.stringify({ exp: Math.floor(Date.now() / 1000) + secondsFromNow }));
  return `head.${claims.toString('base64url')}.signature`;
};

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
  const tokens = await Promise.all([session.token(), session.token(), session.token()]);
  expect(new Set([...tokens, await session.token()]).size).toBe(1);
  expect(asked()).toBe(1);
});

test('requests another token before the current one expires', async () => {
  const next = tokenUntil(600);
  const { session, asked } = counted(tokenUntil(0), next);
  await session.token();
  expect(await session.token()).toBe(next);
  expect(asked()).toBe(2);
});

test('requests another token when the server refuses the current one, and not when it refuses an older one', async () => {
  const [first, second] = [tokenUntil(600), tokenUntil(601)];
  const { session, asked } = counted(first, second);
  await session.token();
  expect(session.refuse(first)).toBe(true);
  expect(await session.token()).toBe(second);
  session.refuse(first);
  expect(await session.token()).toBe(second);
  expect(asked()).toBe(2);
});

test('keeps an API key, which has no expiry, until the server refuses it', async () => {
  const [first, second] = [`parlance_${'0'.repeat(72)}`, `parlance_${'1'.repeat(72)}`];
  const { session, asked } = counted(first, second);
  expect([await session.token(), await session.token()]).toEqual([first, first]);
  expect(asked()).toBe(1);
  session.refuse(first);
  expect(await session.token()).toBe(second);
});

test('has no other token where the application gave a constant one', async () => {
  const session = createSession('only');
  expect(await session.token()).toBe('only');
  expect(session.refuse('only')).toBe(false);
});

test('requests again after the application failed to give a token', async () => {
  let fails = true;
  const session = createSession(() => {
    if (!fails) return 'token';
    fails = false;
    throw new Error('offline');
  });
  await expect(session.token()).rejects.toThrow('offline');
  expect(await session.token()).toBe('token');
});
