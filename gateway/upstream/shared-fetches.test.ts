import { expect, test } from 'vitest';
import { createSharedFetches, type StartedFetch } from './shared-fetches.ts';
import type { SubgraphResponse } from './subgraph-response.ts';

/** Fetches to which the test responds, on a clock that the test advances. */
const openFetches = () => {
  const started: { response(): void; aborted: boolean }[] = [];
  let time = 0;
  const shared = createSharedFetches(() => time);
  const start = (): StartedFetch => {
    const { promise, resolve } = Promise.withResolvers<SubgraphResponse>();
    const one = { response: () => resolve({ data: { a: 1 }, errors: [], isShared: false }), aborted: false };
    started.push(one);
    return {
      response: promise,
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

test('gives equal fetches one response, marked as shared', async () => {
  const { started, join } = openFetches();
  const [one, two, other, anothers] = [join(), join(), join('other'), join('body', 'another sender')];
  expect(started).toHaveLength(3);
  for (const { response } of started) response();
  expect((await one.response).isShared).toBe(true);
  expect((await two.response).isShared).toBe(true);
  expect((await other.response).isShared).toBe(false);
  expect((await anothers.response).isShared).toBe(false);
  join();
  expect(started).toHaveLength(4);
});

test('joins no fetch that began before a mutation, nor one that began long ago', () => {
  const { started, shared, join, pass } = openFetches();
  join();
  shared.forget();
  join();
  expect(started).toHaveLength(2);
  pass(51);
  join();
  expect(started).toHaveLength(3);
});

test('aborts a fetch when the last client that waits for it leaves', () => {
  const { started, join } = openFetches();
  const [one, two] = [join(), join()];
  one.leave();
  expect(started[0]?.aborted).toBe(false);
  two.leave();
  expect(started[0]?.aborted).toBe(true);
  join();
  expect(started).toHaveLength(2);
});
