/** Equal requests at once: one asks a model, and the others follow its reply. */
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { textOf } from '#tests/scripted-provider/script.ts';
import { openWorkerFixture, type WorkerFixture } from '../worker.fixture.ts';
import { openReuse } from './open-reuse.ts';
import { askReusable, reusable, textIn } from './reuse.fixture.ts';

test('two equal requests in flight at two workers ask a model once', async () => {
  await using fixture = await openWorkerFixture();
  await fixture.startWorker();
  await fixture.startWorker();
  const question = 'script: tokens=20 pace=20';
  const [one, other] = await Promise.all([askReusable(fixture, {}, question), askReusable(fixture, {}, question)]);
  expect(fixture.provider.requests).toHaveLength(1);
  expect([one, other].map(({ finished }) => finished.text)).toEqual([textOf(20), textOf(20)]);
  expect([one, other].filter(({ finished }) => finished.reuse?.served !== undefined)).toHaveLength(1);
});

/** Two workers, and a reply to `question` that stalls after two words. */
const openStalled = async (settings: { readonly waitMs?: number } = {}) => {
  const fixture = await openWorkerFixture();
  const reuse = openReuse(fixture.replyCache, {});
  for (const _ of [1, 2])
    await fixture.startWorker({ reuse: { ...reuse, settings: { ...reuse.settings, ...settings } } });
  const question = 'script: tokens=9 stall=2 times=1';
  const leader = await fixture.send(question, reusable);
  await textGrown(fixture, leader);
  return { fixture, question, leader, [Symbol.asyncDispose]: () => fixture[Symbol.asyncDispose]() };
};

/** Waits until the reply has shown text. */
const textGrown = async ({ streamLog }: WorkerFixture, messageId: string): Promise<void> => {
  for await (const { event } of streamLog.tail(messageId, 0, AbortSignal.timeout(20_000))) {
    if (event.type === 'TokenDelta') return;
  }
};

test('a reply shows the text of an equal one while that is being written, and writes its own where that is stopped', async () => {
  await using stalled = await openStalled();
  const { fixture, question, leader } = stalled;
  const follower = await fixture.send(question, reusable);
  await textGrown(fixture, follower);
  expect(fixture.provider.requests).toHaveLength(1);
  expect(await fixture.streamLog.snapshot(leader)).toMatchObject({ ended: false });
  await fixture.streamLog.requestStop(leader);
  expect(textIn(await fixture.entries(follower))).toBe(textOf(9));
  const finished = await fixture.finished(follower);
  expect(finished).toMatchObject({ status: 'COMPLETED', text: textOf(9), modelFailures: [] });
  expect(finished.reuse).toEqual({ asked: ['REQUEST_CACHE'] });
  expect(fixture.provider.requests).toHaveLength(2);
});

test('a reply that follows one without a sign of life asks a model itself', async () => {
  await using stalled = await openStalled({ waitMs: 300 });
  const { fixture, question, leader } = stalled;
  const { finished } = await askReusable(fixture, {}, question);
  expect(finished).toMatchObject({ status: 'COMPLETED', text: textOf(9), modelFailures: [] });
  expect(await fixture.streamLog.snapshot(leader)).toMatchObject({ ended: false });
  await fixture.streamLog.requestStop(leader);
});

test('a reply that is stopped while it follows another one ends, and the other one goes on', async () => {
  await using stalled = await openStalled();
  const { fixture, question, leader } = stalled;
  const follower = await fixture.send(question, reusable);
  await textGrown(fixture, follower);
  await fixture.streamLog.requestStop(follower);
  expect(await fixture.finished(follower)).toMatchObject({ status: 'CANCELLED', usage: { outputTokens: 0 } });
  expect(await fixture.streamLog.snapshot(leader)).toMatchObject({ ended: false });
  await fixture.streamLog.requestStop(leader);
});

test('a reply that followed one which is not kept is written anew', async () => {
  await using fixture = await openWorkerFixture();
  await fixture.startWorker();
  await fixture.startWorker();
  const question = 'script: tokens=9 pace=20 finish=length';
  const both = await Promise.all([askReusable(fixture, {}, question), askReusable(fixture, {}, question)]);
  expect(fixture.provider.requests).toHaveLength(2);
  expect(both.map(({ finished }) => finished.reuse?.served)).toEqual([undefined, undefined]);
});

test('a worker that takes over a reply that follows another one continues it', async () => {
  await using fixture = await openWorkerFixture();
  await fixture.startWorker();
  await fixture.startWorker();
  const messageId = randomUUID();
  const { attempt } = await fixture.streamLog.open(messageId);
  await fixture.streamLog.append(messageId, attempt, [
    { type: 'MessageStarted', attempt, modelId: 'openai/scripted', reuse: 'REQUEST_CACHE' },
    { type: 'TokenDelta', text: textOf(4) },
  ]);
  await fixture.streamLog.release(messageId, attempt);
  const question = 'script: tokens=20 pace=20';
  const leader = await fixture.send(question, reusable);
  await textGrown(fixture, leader);
  const taken = await askReusable(fixture, { messageId }, question);
  expect(taken.finished).toMatchObject({ text: textOf(20), reuse: { served: { messageId: leader } } });
  expect(taken.entries.some(({ event }) => event.type === 'MessageReset')).toBe(false);
  expect(taken.asked).toBe(1);
});
