import { expect, test } from 'vitest';
import { createFairQueue } from './fair-queue.ts';

test('serves users round robin, however many jobs one of them has', async () => {
  const queue = createFairQueue();
  const order: string[] = [];
  const jobs = ['a1', 'a2', 'a3', 'a4', 'b1', 'c1', 'b2'].map((name) =>
    queue.run(name[0] ?? '', () => order.push(name)),
  );
  await Promise.all(jobs);
  expect(order).toEqual(['a1', 'a2', 'b1', 'c1', 'a3', 'b2', 'a4']);
});

test('lets the event loop run once between two jobs', async () => {
  const queue = createFairQueue();
  const order: string[] = [];
  const jobs = [1, 2, 3].map((number) => queue.run('a', () => order.push(`job ${number}`)));
  setImmediate(() => order.push('somebody else'));
  await Promise.all(jobs);
  expect(order.indexOf('somebody else')).toBeLessThan(order.indexOf('job 3'));
});

test('runs one job at a time, and continues after one that fails', async () => {
  const queue = createFairQueue();
  const gate = Promise.withResolvers<void>();
  let second = false;
  const first = queue.run('a', () => gate.promise);
  const next = queue.run('b', () => {
    second = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect(second).toBe(false);
  gate.reject(new Error('no'));
  await expect(first).rejects.toThrow('no');
  await next;
});

test('refuses a user with too many waiting jobs, and everybody when the total is reached', async () => {
  const queue = createFairQueue({ perUser: 2, total: 3 });
  const gate = Promise.withResolvers<void>();
  const running = queue.run('a', () => gate.promise);
  const waiting = [queue.run('a', () => 1), queue.run('a', () => 2), queue.run('b', () => 3)];
  await expect(queue.run('a', () => 4)).rejects.toMatchObject({ code: 'RATE_LIMITED' });
  await expect(queue.run('c', () => 5)).rejects.toMatchObject({ code: 'OVERLOADED' });
  gate.resolve();
  await running;
  expect(await Promise.all(waiting)).toEqual([1, 2, 3]);
  expect(await queue.run('c', () => 6)).toBe(6);
});

test('never refuses the gateway itself, and does not let it hold up anybody', async () => {
  const queue = createFairQueue({ perUser: 2, total: 3 });
  const order: (string | undefined)[] = [];
  const run = (user: string | undefined) => queue.run(user, () => order.push(user));
  const own = Array.from({ length: 20 }, () => run(undefined));
  await expect(run('a')).rejects.toMatchObject({ code: 'OVERLOADED' });
  await Promise.all(own);
  const more = [run(undefined), run(undefined), run('b')];
  await Promise.all(more);
  expect(order.slice(20)).toEqual([undefined, 'b', undefined]);
});
