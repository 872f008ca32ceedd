import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { onSharedTick } from './shared-tick.ts';

const periodMs = 40;

test('callbacks that were registered at different times run in one turn of the event loop', async () => {
  let turn = 0;
  const pass = async (): Promise<void> => {
    turn += 1;
    await nextTurn();
  };
  for (let isShared = false; !isShared; ) {
    const turns: number[] = [];
    onSharedTick(periodMs, () => turns.push(turn));
    const since = performance.now();
    while (performance.now() - since < 5) await pass();
    // Unless the tick came just then, both wait for the same one.
    isShared = turns.length === 0;
    onSharedTick(periodMs, () => turns.push(turn));
    while (turns.length < 2) await pass();
    if (isShared) expect(turns[1]).toBe(turns[0]);
  }
});

test('a revoked callback does not run, and the others do', async () => {
  const out: string[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const revoke = onSharedTick(periodMs, () => out.push('revoked'));
  onSharedTick(periodMs, () => {
    out.push('kept');
    resolve();
  });
  revoke();
  await promise;
  expect(out).toEqual(['kept']);
});
