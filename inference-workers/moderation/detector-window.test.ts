/** Replies that detectors screen beside the rules, and what becomes of them while a detector faults. */
import { expect, test } from 'vitest';
import { defaultThresholds } from '#contracts/moderation/thresholds.ts';
import { applyToText } from '#contracts/stream-event.ts';
import { forbiddenWord, type ServerMood, startDetectorServer } from '#kernel/screening/detector-server.fixture.ts';
import type { StreamEntry } from '#kernel/stream-log/stream-log.ts';
import { openWorkerFixture } from '../worker.fixture.ts';
import { nextBlocked } from './window.fixture.ts';

const moderationOf = (provider: string, blocks = true) => ({
  outputModeration: {
    holdCharacters: 64,
    thresholds: Object.entries(defaultThresholds).map(([category, { flagAt, blockAt }]) => ({
      category,
      ...{ flagAt, blockAt: blocks ? blockAt : null },
    })),
    providers: [provider],
  },
});
const lead =
  'The rain fell on the harbour, and nobody came, and the lamps along the water went out one by one. '.repeat(4);
const piecesOf = (text: string): string[] => text.match(/.{1,9}/gs) ?? [];
const textIn = (entries: readonly StreamEntry[]): string =>
  entries.reduce((text, { event }) => applyToText(text, event), '');

test.each(['MODERATIONS', 'LLAMA_GUARD'])('what %s finds ends the reply, and is in no delta', async (provider) => {
  await using server = await startDetectorServer();
  await using fixture = await openWorkerFixture();
  const reported = nextBlocked(fixture.broker);
  await fixture.startWorker({ detectors: server.detectors });
  fixture.provider.queue({ texts: piecesOf(`${lead}${forbiddenWord}${lead}`) });
  const entries = await fixture.entries(await fixture.send('', moderationOf(provider)));
  expect(entries.at(-1)?.event).toMatchObject({ type: 'MessageFailed', code: 'CONTENT_BLOCKED' });
  expect(lead.startsWith(textIn(entries))).toBe(true);
  expect((await reported).categories).toContainEqual({
    category: 'THREAT',
    score: provider === 'MODERATIONS' ? 0.97 : 0.95,
  });
});

test('a harmless reply is shown whole, with few requests, and each of them repeats the border', async () => {
  await using server = await startDetectorServer();
  await using fixture = await openWorkerFixture();
  await fixture.startWorker({ detectors: server.detectors });
  const text = Array.from({ length: 1_500 }, (_, index) => `word${index} `).join('');
  fixture.provider.queue({ texts: piecesOf(text), pace: 1 });
  expect((await fixture.finished(await fixture.send('', moderationOf('MODERATIONS')))).text).toBe(text);
  expect(server.texts.length).toBeLessThanOrEqual(12);
  for (const [index, one] of server.texts.entries()) {
    expect(text).toContain(one);
    if (index > 0) expect(one.startsWith(server.texts[index - 1]?.slice(-200) ?? '')).toBe(true);
  }
});

test.each<ServerMood>(['fails', 'floods', 'lies', 'hangs'])(
  'while the server %s, a reply that could be blocked ends, and one that could only be flagged passes',
  async (mood) => {
    await using server = await startDetectorServer({ DETECTOR_TIMEOUT_MS: mood === 'hangs' ? 200 : 20_000 });
    server.mood = mood;
    await using fixture = await openWorkerFixture();
    await fixture.startWorker({ detectors: server.detectors });
    fixture.provider.queue({ texts: piecesOf(lead) }, { texts: piecesOf(lead) });
    const closed = await fixture.finished(await fixture.send('', moderationOf('MODERATIONS')));
    expect(closed).toMatchObject({
      status: 'FAILED',
      text: '',
      failure: { code: 'MODERATION_UNAVAILABLE', retryable: true },
    });
    const open = await fixture.finished(await fixture.send('', moderationOf('MODERATIONS', false)));
    expect(open).toMatchObject({ status: 'COMPLETED', text: lead });
  },
);

test('a detector that a worker has not set up fails as one that faults', async () => {
  await using fixture = await openWorkerFixture();
  await fixture.startWorker();
  fixture.provider.queue({ texts: piecesOf(lead) });
  const finished = await fixture.finished(await fixture.send('', moderationOf('LLAMA_GUARD')));
  expect(finished).toMatchObject({ status: 'FAILED', failure: { code: 'MODERATION_UNAVAILABLE' } });
});
