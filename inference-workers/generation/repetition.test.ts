/** A model that goes in circles, behind the wire of a provider. */
import { expect, test } from 'vitest';
import { openWorkerFixture } from '../worker.fixture.ts';

const sentence = 'It is what it is. ';

test('a reply that goes in circles is stopped, says why, and its request is closed', async () => {
  await using fixture = await openWorkerFixture();
  await fixture.startWorker();
  fixture.provider.queue({ texts: ['Well. ', ...Array.from({ length: 10_000 }, () => sentence)], pace: 1 });
  const messageId = await fixture.send('one', { maxOutputTokens: 100_000 });
  const finished = await fixture.finished(messageId);
  expect(finished).toMatchObject({
    status: 'COMPLETED',
    finishReason: 'REPETITION',
    // The provider had no occasion to report it.
    usage: { source: 'COUNTED', outputTokens: expect.any(Number) },
  });
  expect(finished.usage.outputTokens).toBeGreaterThan(700);
  expect(finished.text.length).toBeLessThan(4_000);
  expect(`Well. ${sentence.repeat(1_000)}`).toMatch(finished.text);
  expect((await fixture.entries(messageId)).at(-1)?.event).toMatchObject({ finishReason: 'REPETITION' });
  expect(await fixture.provider.requests.at(0)?.ended).toBe('closed by client');
});
