import { expect, test } from 'vitest';
import { createSharedFetches, type StartedFetch } from './shared-fetches.ts';
import type { SubgraphAnswer } from './subgraph-answer.ts';

/** Fetches that the test answers, on a clock that the test moves. */
const openFetches = () => {
  const started: { answer(): void; aborted: boolean }[] = [];
  let time = 0;
  const shared = createSharedFetches(() => time);
  const start = (): StartedFetch => {
    const { promise, resolve } = Promise.withResolvers<SubgraphAnswer>();
    const one = { answer: () => resolve({ data: { a: 1 }, errors: [], isShared: false }), aborted: false };
    started.push(one);
    return {
      answer: promise,
      abort() {
        one.aborted = true;
      },
    };
  };
  return {
    started,
    shared,
    join: (body = 'body', sender = 'sender') => shared.join(sender, body, start),
    pass(milliseconds: number) {
      time += milliseconds;
    },
  };
};

test('gives equal fetches one answer, and says that it is shared', async () => {
  const { started, join } = openFetches();
  const [one, two, other, anothers] = [join(), join(), join('other'), join('body', 'another sender')];
  expect(started).toHaveLength(3);
  for (const { answer } of started) answer();
  expect((await one.answer).isShared).toBe(true);
  expect((await two.answer).isShared).toBe(true);
  expect((await other.answer).isShared).toBe(false);
  expect((await anothers.answer).isShared).toBe(false);
  join();
  expect(started).toHaveLength(4);
});

test('joins no fetch that began before something was written, nor one that began long ago', () => {
  const { started, shared, join, pass } = openFetches();
  join();
  shared.forget();
  join();
  expect(started).toHaveLength(2);
  pass(51);
  join();
  expect(started).toHaveLength(3);
});

test('ends a fetch when the last of those who wait for it leaves', () => {
  const { started, join } = openFetches();
  const [one, two] = [join(), join()];
  one.leave();
  expect(started[0]?.aborted).toBe(false);
  two.leave();
  expect(started[0]?.aborted).toBe(true);
  join();
  expect(started).toHaveLength(2);
});
