import { expect, test } from 'vitest';
import { generateApiKey, hasApiKeyPrefix, hashApiKey, isWellFormedApiKey, visiblePrefix } from './api-key.ts';

test('a key is well formed, unique, and recognisable by its beginning', () => {
  const [key, other] = [generateApiKey(), generateApiKey()];
  expect(key).toMatch(/^parlance_[\da-f]{72}$/);
  expect(isWellFormedApiKey(key)).toBe(true);
  expect(other.slice(9, 73)).not.toBe(key.slice(9, 73));
  expect(hashApiKey(key)).toMatch(/^[\da-f]{64}$/);
  expect(hashApiKey(key)).not.toContain(key.slice(9, 30));
  expect(visiblePrefix(key)).toBe(key.slice(0, 17));
});

test('a mistyped, truncated or invented key is not well formed, and a token is not a key', () => {
  const key = generateApiKey();
  const last = key.at(-1) === '0' ? '1' : '0';
  for (const wrong of [key.slice(0, -1) + last, key.slice(0, -1), `${key}0`, key.toUpperCase(), 'parlance_']) {
    expect(isWellFormedApiKey(wrong), wrong).toBe(false);
  }
  for (let at = 9; at < 73; at += 1) {
    const digit = key[at] === 'a' ? 'b' : 'a';
    expect(isWellFormedApiKey(key.slice(0, at) + digit + key.slice(at + 1))).toBe(false);
  }
  expect([key, 'parlance_x', 'head.payload.signature'].map(hasApiKeyPrefix)).toEqual([true, true, false]);
});
