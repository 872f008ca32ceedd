import { expect, test } from 'vitest';
import { repeatTask } from './repeat-task.ts';

/** Resolves when a timer of the same length has gone off so often. */
const ticks = (count: number): Promise<void> =>
  new Promise((resolve) => {
    let left = count;
    const timer = setInterval(() => {
      left -= 1;
      if (left > 0) return;
      clearInterval(timer);
      resolve();
    }, 1);
  });

test('a pass begins when the one before has ended, a fault does not end the repetition, and closing waits', async () => {
  const faults: unknown[] = [];
  const gate = Promise.withResolvers<void>();
  let [begun, atOnce, most] = [0, 0, 0];
  const run = async (): Promise<void> => {
    begun += 1;
    atOnce += 1;
    most = Math.max(most, atOnce);
    await ticks(20);
    if (begun === 3) await gate.promise;
    atOnce -= 1;
    if (begun === 2) throw new Error('the store is away');
  };
  const task = repeatTask({ everyMs: 1, run, onFault: (fault) => faults.push(fault), isDueAtOnce: true });
  expect(begun).toBe(1);
  await expect.poll(() => begun).toBe(3);
  expect(faults).toEqual([new Error('the store is away')]);
  const closed = task[Symbol.asyncDispose]();
  gate.resolve();
  await closed;
  expect([begun, atOnce, most]).toEqual([3, 0, 1]);
});
