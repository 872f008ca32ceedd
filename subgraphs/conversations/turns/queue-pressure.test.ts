/** The queues of pools on a real broker: which candidate gets a reply, and how long a refused client waits. */
import { randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { RouteCandidate } from '#contracts/generation-job.ts';
import { generationQueue, type Pool } from '#contracts/pools.ts';
import { createEmbeddedBroker } from '#kernel/broker/embedded-broker.ts';
import { topology } from '#kernel/broker/topology.ts';
import { createDirectory } from '#tests/services/directory.ts';
import { candidate, logger } from '../conversations.fixture.ts';
import { createQueuePressure, type PlaceReply } from './queue-pressure.ts';

const small: RouteCandidate = { ...candidate, modelId: 'test/small', pool: 'SMALL' };
const large: RouteCandidate = { ...candidate, modelId: 'test/large', pool: 'LARGE' };
const routeOf = (
  candidates: readonly RouteCandidate[],
  latencyTargetMs?: number,
  paces: Partial<Record<Pool, number>> = {},
) => ({
  candidates,
  latencyTargetMs,
  paces: new Map(
    (
      [
        ['SMALL', paces.SMALL],
        ['LARGE', paces.LARGE],
      ] as const
    ).flatMap(([pool, pace]) => (pace === undefined ? [] : [[pool, pace] as const])),
  ),
});

/** Queues with so many jobs, which nobody takes. */
const openQueues = async (jobs: Partial<Record<Pool, number>>, maxQueued: number) => {
  await using stack = new AsyncDisposableStack();
  const directory = stack.use(await createDirectory());
  const broker = stack.use(await createEmbeddedBroker({ dataDirectory: directory.path, queues: topology, logger }));
  for (const pool of ['SMALL', 'LARGE'] as const) {
    for (let index = 0; index < (jobs[pool] ?? 0); index += 1) {
      await broker.publish('jobs', generationQueue(pool), randomUUID(), {});
    }
  }
  const placeReply = createQueuePressure(broker, maxQueued, logger);
  // The first send requests the depths and does not wait for them.
  expect(placeReply(routeOf([small, large])).overflow).toBeUndefined();
  await setImmediate();
  const closing = stack.move();
  return { placeReply, [Symbol.asyncDispose]: () => closing.disposeAsync() };
};
const modelsOf = (placeReply: PlaceReply, ...route: Parameters<typeof routeOf>) =>
  placeReply(routeOf(...route)).candidates.map(({ modelId }) => modelId);

test('the candidates of a pool whose queue is full stand back behind those of a pool that has room', async () => {
  await using queues = await openQueues({ SMALL: 3 }, 2);
  const { candidates, overflow } = queues.placeReply(routeOf([small, { ...small, modelId: 'test/tiny' }, large]));
  expect(candidates.map(({ modelId }) => modelId)).toEqual(['test/large', 'test/small', 'test/tiny']);
  expect(overflow).toMatch(/^test\/small would come first, .* SMALL\.$/);
  expect(modelsOf(queues.placeReply, [large, small])).toEqual(['test/large', 'test/small']);
});

test('a queue of just as many jobs as may wait has room', async () => {
  await using queues = await openQueues({ SMALL: 2 }, 2);
  expect(modelsOf(queues.placeReply, [small, large])).toEqual(['test/small', 'test/large']);
});

test('a reply that would wait longer than its policy wants goes elsewhere, and waits where the policy wants nothing', async () => {
  await using queues = await openQueues({ SMALL: 10 }, 1_000);
  const place = (targetMs: number | undefined, pace: number) =>
    modelsOf(queues.placeReply, [small, large], targetMs, { SMALL: pace })[0];
  // Ten jobs at two a second are five seconds.
  expect(place(4_900, 2)).toBe('test/large');
  expect(place(5_000, 2)).toBe('test/small');
  expect(place(undefined, 2)).toBe('test/small');
  // Nobody knows how long the wait is.
  expect(modelsOf(queues.placeReply, [small, large], 100)).toEqual(['test/small', 'test/large']);
});

test('when no pool has room, the refusal says when the first one has', async () => {
  await using queues = await openQueues({ SMALL: 12, LARGE: 30 }, 10);
  const refusal = (...route: Parameters<typeof routeOf>) => {
    try {
      queues.placeReply(routeOf(...route));
    } catch (fault) {
      return fault;
    }
    throw new Error('it was placed');
  };
  const overloaded = (retryAfterMs: number) => expect.objectContaining({ code: 'OVERLOADED', retryAfterMs });
  // Two and twenty too many.
  expect(refusal([small, large], undefined, { SMALL: 0.5, LARGE: 0.5 })).toEqual(overloaded(4_000));
  expect(refusal([large], undefined, { LARGE: 0.5 })).toEqual(overloaded(40_000));
  expect(refusal([large], undefined, { LARGE: 0.1 })).toEqual(overloaded(60_000));
  expect(refusal([large], undefined, { LARGE: 1_000 })).toEqual(overloaded(1_000));
  expect(refusal([large])).toEqual(overloaded(5_000));
  // Twelve jobs are 24 seconds, of which ten may be waited.
  expect(refusal([small], 10_000, { SMALL: 0.5 })).toEqual(overloaded(14_000));
});
