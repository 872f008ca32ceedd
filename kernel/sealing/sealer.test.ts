import { expect, test } from 'vitest';
import { createSealer, SealError } from './sealer.ts';

const [former, latter] = ['a former key of at least 32 characters', 'a latter key of at least 32 characters'];
const old = createSealer({ SEALING_KEY: former });

test('a sealed text opens for its purpose only, and does not show what it is', () => {
  const sealed = old.seal('whsec_é🙂', 'acme|tool|look_up');
  expect(sealed).not.toContain('whsec');
  expect(old.open(sealed, 'acme|tool|look_up')).toBe('whsec_é🙂');
  expect(old.seal('whsec_é🙂', 'acme|tool|look_up')).not.toBe(sealed);
  expect(() => old.open(sealed, 'globex|tool|look_up')).toThrow(SealError);
});

test('a text that was changed or cut does not open', () => {
  const sealed = old.seal('secret', 'p');
  const at = sealed.lastIndexOf(':') + 20;
  const changed = sealed.slice(0, at) + (sealed[at] === 'A' ? 'B' : 'A') + sealed.slice(at + 1);
  for (const text of [changed, sealed.slice(0, -4), sealed.slice(0, 20), 'sealed:', 'sealed:00000000:AAAA']) {
    expect(() => old.open(text, 'p'), text).toThrow(SealError);
  }
});

test('a text from before there was a key opens as itself, and a new key opens what the former one sealed', () => {
  const sealed = old.seal('secret', 'p');
  const both = createSealer({ SEALING_KEY: latter, SEALING_KEY_SECOND: former });
  expect(old.open('whsec_plain', 'p')).toBe('whsec_plain');
  expect([old.isCurrent('whsec_plain'), old.isCurrent(sealed), both.isCurrent(sealed)]).toEqual([false, true, false]);
  expect(both.open(sealed, 'p')).toBe('secret');
  const again = both.seal('secret', 'p');
  expect(createSealer({ SEALING_KEY: latter }).open(again, 'p')).toBe('secret');
  expect(() => createSealer({ SEALING_KEY: latter }).open(sealed, 'p')).toThrow(SealError);
});

test('without a key nothing is sealed', () => {
  const none = createSealer({});
  expect([none.seal('secret', 'p'), none.open('secret', 'p'), none.isCurrent('secret')]).toEqual([
    'secret',
    'secret',
    true,
  ]);
  expect(() => none.open(old.seal('secret', 'p'), 'p')).toThrow(SealError);
});
