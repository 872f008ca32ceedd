import { expect, test } from 'vitest';
import type { StreamEvent } from '#kernel/stream-log/stream-event.ts';
import { createOpeningAppend } from './opening-append.ts';

const started: StreamEvent = { type: 'MessageStarted', attempt: 1, modelId: 'm' };
const text: StreamEvent = { type: 'TokenDelta', text: 'a' };

const open = () => {
  const appended: (readonly StreamEvent[])[] = [];
  const first = Promise.withResolvers<void>();
  const opening = createOpeningAppend(async (events) => {
    appended.push(events);
    first.resolve();
  });
  return { opening, appended, first: first.promise };
};

test('news travels with the text that follows at once', async () => {
  const { opening, appended } = open();
  opening.announce([started]);
  await opening.append([text]);
  opening.flush();
  expect(appended).toEqual([[started, text]]);
});

test('news that nothing follows goes out alone, once', async () => {
  const { opening, appended, first } = open();
  opening.announce([started]);
  await first;
  await opening.append([text]);
  expect(appended).toEqual([[started], [text]]);
});

test('news of two models in a row keeps its order', () => {
  const { opening, appended } = open();
  const next: StreamEvent = { type: 'MessageStarted', attempt: 1, modelId: 'n' };
  opening.announce([started]);
  opening.announce([next]);
  opening.flush();
  opening.flush();
  expect(appended).toEqual([[started, next]]);
});
