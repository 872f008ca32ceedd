/** Replies under a policy of mode WINDOW: what clients see of a text that is blocked, and what they do not. */
import { expect, test } from 'vitest';
import { applyToReasoning, applyToText } from '#contracts/stream-event.ts';
import type { StreamEntry, StreamLog } from '#kernel/stream-log/stream-log.ts';
import { countO200kTokens } from '../prompt/count-tokens.ts';
import { candidateOf, openWorkerFixture } from '../worker.fixture.ts';
import { nextBlocked, windowed } from './window.fixture.ts';

const lead = 'He opened the letter that had lain on the table since the morning, and then he read it aloud: ';
const phrase = 'I will kill you tomorrow';
const rest = ', and that was all it said, in a hand that nobody in the house had ever seen before.';

const textIn = (entries: readonly StreamEntry[]): string =>
  entries.reduce((text, { event }) => applyToText(text, event), '');
const reasoningIn = (entries: readonly StreamEntry[]): string =>
  entries.reduce((text, { event }) => applyToReasoning(text, event), '');

/** The pieces of a text, so many characters each. */
const piecesOf = (text: string, length: number): string[] =>
  Array.from({ length: Math.ceil(text.length / length) }, (_, index) =>
    text.slice(index * length, (index + 1) * length),
  );

test.each([1, 4, 11, 1_000])(
  'a phrase that blocks ends the reply behind what was shown, in pieces of %i',
  async (length) => {
    await using fixture = await openWorkerFixture();
    const reported = nextBlocked(fixture.broker);
    await fixture.startWorker();
    fixture.provider.queue({ texts: piecesOf(lead + phrase + rest, length) });
    const messageId = await fixture.send('', {
      ...windowed,
      candidates: [candidateOf('openai/scripted'), candidateOf('openai/other')],
    });
    const entries = await fixture.entries(messageId);
    expect(entries.at(-1)?.event).toMatchObject({ type: 'MessageFailed', code: 'CONTENT_BLOCKED', retryable: false });
    expect(lead.startsWith(textIn(entries))).toBe(true);
    const finished = await fixture.finished(messageId);
    expect(finished).toMatchObject({ status: 'FAILED', text: textIn(entries), failure: { code: 'CONTENT_BLOCKED' } });
    expect(JSON.stringify([entries, finished])).not.toContain('kill');
    const report = await reported;
    expect(report).toMatchObject({ messageId, categories: [{ category: 'THREAT', score: 0.95 }] });
    expect(report.excerpt).toContain('I will kill you');
    // What the model wrote is billed, and no other model is asked.
    expect(fixture.provider.requests).toHaveLength(1);
    expect(finished.modelFailures).toEqual([]);
    expect(finished.usage.outputTokens).toBeGreaterThan(0);
  },
);

test('what is flagged and not blocked is shown, and without a policy everything is', async () => {
  await using fixture = await openWorkerFixture();
  await fixture.startWorker();
  for (const [text, changes] of [
    [`${lead}I will kill him tomorrow${rest}`, windowed],
    [lead + phrase + rest, {}],
  ] as const) {
    fixture.provider.queue({ texts: piecesOf(text, 5) });
    const messageId = await fixture.send('', changes);
    expect(await fixture.finished(messageId)).toMatchObject({ status: 'COMPLETED', text });
    expect(textIn(await fixture.entries(messageId))).toBe(text);
  }
});

test('a reply that is blocked before anything was shown has no text, and is billed', async () => {
  await using fixture = await openWorkerFixture();
  await fixture.startWorker();
  fixture.provider.queue({ texts: [phrase + rest] });
  const finished = await fixture.finished(await fixture.send('', windowed));
  expect(finished).toMatchObject({ status: 'FAILED', text: '', failure: { code: 'CONTENT_BLOCKED' } });
  expect(finished.parts).toMatchObject([{ attempt: 1, inAnswer: true, usage: finished.usage }]);
  expect(finished.usage.outputTokens).toBe(countO200kTokens(phrase + rest));
});

test('thoughts are held back too, and shown when the text begins', async () => {
  await using fixture = await openWorkerFixture();
  const reported = nextBlocked(fixture.broker);
  await fixture.startWorker();
  fixture.provider.queue({ texts: piecesOf(`<think>${lead}${phrase}${rest}</think>Fine.`, 7) });
  const blocked = await fixture.send('', windowed);
  const entries = await fixture.entries(blocked);
  expect(entries.at(-1)?.event).toMatchObject({ type: 'MessageFailed', code: 'CONTENT_BLOCKED' });
  expect(lead.startsWith(reasoningIn(entries))).toBe(true);
  expect(textIn(entries)).toBe('');
  expect(await reported).toMatchObject({ messageId: blocked });

  fixture.provider.queue({ texts: piecesOf(`<think>${lead}</think>${lead}${rest}`, 7) });
  const fine = await fixture.entries(await fixture.send('', windowed));
  expect(reasoningIn(fine)).toBe(lead);
  expect(textIn(fine)).toBe(lead + rest);
  const types = fine.map(({ event }) => event.type);
  expect(types.lastIndexOf('ReasoningDelta')).toBeLessThan(types.indexOf('TokenDelta'));
});

/** Leaves the log of a worker that died after it had shown some text. */
const leaveBehind = async (streamLog: StreamLog, messageId: string, text: string): Promise<void> => {
  const { attempt } = await streamLog.open(messageId);
  await streamLog.append(messageId, attempt, [
    { type: 'MessageStarted', attempt, modelId: 'openai/scripted' },
    { type: 'TokenDelta', text },
  ]);
  await streamLog.release(messageId, attempt);
};

test('a phrase that begins in what a lost worker has shown is found by the next one, whatever it has shown', async () => {
  await using fixture = await openWorkerFixture();
  await fixture.startWorker();
  const candidates = [candidateOf('openai/scripted', { capabilities: ['PREFILL'] })];
  for (let shown = 2; shown < phrase.length - 9; shown += 3) {
    const messageId = crypto.randomUUID();
    await leaveBehind(fixture.streamLog, messageId, lead + phrase.slice(0, shown));
    fixture.provider.queue({ texts: piecesOf(phrase.slice(shown) + rest, 3) });
    await fixture.send('', { ...windowed, messageId, candidates });
    const entries = await fixture.entries(messageId);
    expect(entries.at(-1)?.event).toMatchObject({ type: 'MessageFailed', code: 'CONTENT_BLOCKED' });
    expect(textIn(entries)).toBe(lead + phrase.slice(0, shown));
  }
});

test('after a reset the windows begin anew', async () => {
  await using fixture = await openWorkerFixture();
  await fixture.startWorker();
  const messageId = crypto.randomUUID();
  await leaveBehind(fixture.streamLog, messageId, `${lead}I will kill `);
  const text = `you could say that it was late, when ${lead}${rest}`;
  fixture.provider.queue({ texts: piecesOf(text, 6) });
  await fixture.send('', { ...windowed, messageId });
  const entries = await fixture.entries(messageId);
  expect(entries.filter(({ event }) => event.type === 'MessageReset')).toHaveLength(1);
  expect(textIn(entries)).toBe(text);
});

test('a title that is blocked is made of the question', async () => {
  await using fixture = await openWorkerFixture();
  await fixture.startWorker();
  fixture.provider.queueForTitle({ texts: [phrase] });
  const titled = await fixture.titled(await fixture.sendTitle('Which letter came?', windowed));
  expect(titled.title).toBe('Which letter came');
});

test('a reply that is stopped keeps what it has shown, and shows no phrase', async () => {
  await using fixture = await openWorkerFixture();
  await fixture.startWorker();
  const arrived = fixture.provider.nextRequest();
  fixture.provider.queue({ texts: piecesOf(`${lead}I will kill you`, 8), pace: 1, stall: 1_000 });
  const messageId = await fixture.send('', windowed);
  await (await arrived).wrote(piecesOf(`${lead}I will kill you`, 8).length);
  await fixture.streamLog.requestStop(messageId);
  const entries = await fixture.entries(messageId);
  expect(entries.at(-1)?.event).toMatchObject({ type: 'MessageCompleted', status: 'CANCELLED' });
  expect(textIn(entries)).not.toContain('kill you');
});

test('when a model breaks off, what was held back is dropped, and the next one continues behind what was shown', async () => {
  await using fixture = await openWorkerFixture();
  await fixture.startWorker();
  const begun = piecesOf(`${lead}I will ki`, 6);
  const candidates = [candidateOf('openai/scripted'), candidateOf('openai/other', { capabilities: ['PREFILL'] })];
  fixture.provider.queue(
    { texts: begun, pace: 1, cut: begun.length },
    { texts: piecesOf(`ll you tomorrow${rest}`, 6) },
  );
  const messageId = await fixture.send('', { ...windowed, candidates });
  const entries = await fixture.entries(messageId);
  expect(lead.startsWith(textIn(entries).slice(0, 30))).toBe(true);
  expect(textIn(entries)).not.toContain('I will');
  const prefix = fixture.provider.requests[1]?.body.messages.at(-1);
  expect(prefix).toMatchObject({ role: 'assistant' });
  expect(JSON.stringify(prefix)).not.toContain('I will');
});
