import { expect, test } from 'vitest';
import { AppError } from '#kernel/errors.ts';
import type { Authenticator } from './authenticator.ts';
import { nobody } from './authenticator.ts';
import { withSignInRate } from './sign-in-rate.ts';

/** Accepts tokens that begin with `good`, and records the tokens that it receives. */
const openAuthenticator = () => {
  const asked: string[] = [];
  const authenticator: Authenticator = {
    async authenticate(token) {
      asked.push(token);
      if (token === 'unsure') throw new AppError('OVERLOADED', 'Later.');
      if (!token.startsWith('good')) throw new AppError('UNAUTHENTICATED', 'No.');
      return { identity: nobody, expiresAt: Number.POSITIVE_INFINITY };
    },
    ready: async () => {},
    [Symbol.asyncDispose]: async () => {},
  };
  return { asked, authenticator };
};

test('an address can send a number of invalid tokens, then only known ones, and other addresses are unaffected', async () => {
  let now = 0;
  const { asked, authenticator } = openAuthenticator();
  const { authenticate } = withSignInRate(authenticator, { capacity: 3, refillPerSecond: 0.5 }, () => now);
  await authenticate('good one', 'here');
  for (let tries = 0; tries < 3; tries += 1) {
    await expect(authenticate(`guess ${tries}`, 'here')).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  }
  const before = asked.length;
  for (const token of ['guess', 'good other']) {
    await expect(authenticate(token, 'here')).rejects.toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: 2000 });
  }
  expect(asked).toHaveLength(before);
  await authenticate('good one', 'here');
  await authenticate('good other', 'there');
  await authenticate('good other', 'here');
  now += 2000;
  await authenticate('good third', 'here');
});

test('tokens that are valid or cannot be checked are not counted', async () => {
  const { authenticator } = openAuthenticator();
  const { authenticate } = withSignInRate(authenticator, { capacity: 1, refillPerSecond: 0.001 });
  for (let tries = 0; tries < 5; tries += 1) {
    await expect(authenticate('unsure', 'here')).rejects.toMatchObject({ code: 'OVERLOADED' });
    await authenticate(`good ${tries}`, 'here');
  }
});
