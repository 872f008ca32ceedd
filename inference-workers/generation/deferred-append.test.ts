import { expect, test } from 'vitest';
import type { StreamEvent } from '#kernel/stream-log/stream-event.ts';
import { createDeferredAppend } from './deferred-append.ts';

const started: StreamEvent = { type: 'MessageStarted', attempt: 1, modelId: 'm' };
const text: StreamEvent = { type: 'TokenDelta', text: 'a' };

const open = () => {
  const appended: (readonly StreamEvent[])[] = [];
  const first = Promise.withResolvers<void>();
  const deferred = createDeferredAppend(async (events) => {
    appended.push(events);
    first.resolve();
  });
  return { deferred, appended, first: first.promise };
};

test('a deferred event travels with text that follows at once', async () => {
  const { deferred, appended } = open();
  deferred.defer([started]);
  await deferred.append([text]);
  deferred.flush();
  expect(appended).toEqual([[started, text]]);
});

test('a deferred event that nothing follows is appended alone, once', async () => {
  const { deferred, appended, first } = open();
  deferred.defer([started]);
  await first;
  await deferred.append([text]);
  expect(appended).toEqual([[started], [text]]);
});

test('deferred events of two models in a row keep their order', () => {
  const { deferred, appended } = open();
  const next: StreamEvent = { type: 'MessageStarted', attempt: 1, modelId: 'n' };
  deferred.defer([started]);
  deferred.defer([next]);
  deferred.flush();
  deferred.flush();
  expect(appended).toEqual([[started, next]]);
});
