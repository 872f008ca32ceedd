import { expect, test } from 'vitest';
import { createModelClock } from './model-clock.ts';

/** Blocks the whole process, as SIGSTOP does. */
const freeze = (ms: number): void => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
};

test('time in which the process stood still does not count against the model', async () => {
  const expired = Promise.withResolvers<'expired'>();
  const clock = createModelClock(() => expired.resolve('expired'));
  clock.allow(20);
  freeze(1_000);
  const arrived = new Promise<'arrived'>((resolve) => setTimeout(() => resolve('arrived'), 1));
  expect(await Promise.race([expired.promise, arrived])).toBe('arrived');
  expect(await expired.promise).toBe('expired');
});
