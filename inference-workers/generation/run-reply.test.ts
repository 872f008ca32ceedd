import { expect, test } from 'vitest';
import { applyToText } from '#contracts/stream-event.ts';
import type { StreamEntry } from '#kernel/stream-log/stream-log.ts';
import { textOf } from '#tests/scripted-provider/script.ts';
import { candidateOf, openWorkerFixture } from '../worker.fixture.ts';

const textIn = (entries: readonly StreamEntry[]): string =>
  entries.reduce((text, { event }) => applyToText(text, event), '');
const typesIn = (entries: readonly StreamEntry[]): readonly string[] => entries.map(({ event }) => event.type);

test('a reply is started, then deltas, then completed, with seq without holes and the text that was published', async () => {
  await using fixture = await openWorkerFixture();
  await fixture.startWorker();
  const messageId = await fixture.send('script: tokens=200 pace=1');
  const entries = await fixture.entries(messageId);
  const finished = await fixture.finished(messageId);

  expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, index) => index + 1));
  expect(typesIn(entries)).toEqual([
    'MessageStarted',
    ...entries.slice(1, -1).map(() => 'TokenDelta'),
    'MessageCompleted',
  ]);
  expect(entries.at(0)?.event).toEqual({ type: 'MessageStarted', attempt: 1, modelId: 'openai/scripted' });
  expect(entries.at(-1)).toEqual({
    seq: finished.lastSeq,
    event: { type: 'MessageCompleted', status: 'COMPLETED', finishReason: 'STOP' },
  });
  expect(textIn(entries)).toBe(textOf(200));
  expect(finished).toMatchObject({ text: textOf(200), status: 'COMPLETED', finishReason: 'STOP', attempt: 1 });
});

test('the first token is sent alone and the following ones are gathered', async () => {
  await using fixture = await openWorkerFixture();
  await fixture.startWorker({ settings: { coalesceMs: 20 } });
  const entries = await fixture.entries(await fixture.send('script: tokens=100 pace=1'));
  expect(entries.at(1)?.event).toEqual({ type: 'TokenDelta', text: 'w0 ' });
  expect(entries.length).toBeLessThan(60);
});

test('usage and price are those of the provider and of the candidate that replied', async () => {
  await using fixture = await openWorkerFixture();
  await fixture.startWorker();
  expect(await fixture.finished(await fixture.send('script: tokens=7 finish=length'))).toMatchObject({
    usage: { inputTokens: 1000, cachedInputTokens: 400, outputTokens: 7, reasoningTokens: 0, source: 'PROVIDER' },
    modelId: 'openai/scripted',
    provider: 'openai',
    pool: 'EXTERNAL',
    price: { input: '0.15', cachedInput: '0.075', output: '0.60' },
    finishReason: 'LENGTH',
  });
});

test('usage that the provider does not report is counted', async () => {
  await using fixture = await openWorkerFixture();
  await fixture.startWorker();
  const { usage } = await fixture.finished(await fixture.send('script: tokens=7 usage=no'));
  // The prompt has 7 tokens of o200k_base, plus 4 for the message and 3 before the reply; `w0 w1 … w6 ` has 2 a word
  // and the last space.
  expect(usage).toEqual({
    inputTokens: 14,
    cachedInputTokens: 0,
    outputTokens: 15,
    reasoningTokens: 0,
    source: 'COUNTED',
  });
});

test('the settings of the job reach the model: history, temperature, and the lower output limit', async () => {
  await using fixture = await openWorkerFixture();
  await fixture.startWorker();
  const history = [
    { role: 'SYSTEM' as const, content: 'Be brief.' },
    { role: 'USER' as const, content: 'Hello' },
    { role: 'ASSISTANT' as const, content: 'Hello.' },
    { role: 'USER' as const, content: 'And now?' },
  ];
  await fixture.entries(await fixture.send('', { history, temperature: 0.5, maxOutputTokens: 5000 }));
  expect(fixture.provider.requests.at(0)?.body).toMatchObject({
    model: 'scripted',
    max_tokens: 1024,
    temperature: 0.5,
    messages: [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Hello' },
      { role: 'assistant', content: 'Hello.' },
      { role: 'user', content: 'And now?' },
    ],
  });
});

test('the connection to the provider stays open from one generation to the next', async () => {
  await using fixture = await openWorkerFixture();
  await fixture.startWorker();
  for (let turn = 0; turn < 3; turn += 1) await fixture.entries(await fixture.send('script: tokens=3'));
  expect(fixture.provider.requests).toHaveLength(3);
  expect(fixture.provider.socketsEver).toBe(1);
});

test('a delivery of a message that has ended is acknowledged, and nothing is published or asked again', async () => {
  await using fixture = await openWorkerFixture();
  const { streamLog } = fixture;
  let refused = 0;
  await fixture.startWorker({
    streamLog: {
      ...streamLog,
      append: (...args) =>
        streamLog.append(...args).catch((fault: unknown) => {
          refused += 1;
          throw fault;
        }),
    },
  });
  const messageId = await fixture.send('script: tokens=3');
  const entries = await fixture.entries(messageId);
  await fixture.send('script: tokens=3', { messageId });
  // The queue is first in, first out, and delivers a job only when the one before was taken.
  await fixture.entries(await fixture.send('script: tokens=3'));
  expect(await fixture.entries(messageId)).toEqual(entries);
  expect(fixture.results.filter((result) => result.messageId === messageId)).toHaveLength(1);
  expect(fixture.provider.requests).toHaveLength(2);
  expect(refused).toBe(0);
});

test('the terminal event is not appended before the broker has the result', async () => {
  await using fixture = await openWorkerFixture();
  const { broker, streamLog } = fixture;
  const seen: { readonly ended: boolean | undefined }[] = [];
  let refusals = 2;
  await fixture.startWorker({
    broker: {
      ...broker,
      async publish(exchange, routingKey, id, body) {
        if (routingKey !== 'message.finished') return broker.publish(exchange, routingKey, id, body);
        seen.push({ ended: (await streamLog.snapshot(id))?.ended });
        refusals -= 1;
        if (refusals >= 0) throw new Error('The broker is away.');
        return broker.publish(exchange, routingKey, id, body);
      },
    },
  });
  const messageId = await fixture.send('script: tokens=3');
  const entries = await fixture.entries(messageId);
  expect(seen).toEqual([{ ended: false }, { ended: false }, { ended: false }]);
  expect(entries.at(-1)?.seq).toBe((await fixture.finished(messageId)).lastSeq);
});

test('a job for models that no worker has fails as unavailable, and one that cannot be read is a dead letter', async () => {
  await using fixture = await openWorkerFixture();
  await fixture.startWorker();
  const messageId = await fixture.send('hello', {
    candidates: [candidateOf('openai/scripted', { modelId: 'openai/gone' })],
  });
  expect((await fixture.entries(messageId)).at(-1)?.event).toMatchObject({
    code: 'MODEL_UNAVAILABLE',
    retryable: true,
  });
  expect(await fixture.finished(messageId)).toMatchObject({
    status: 'FAILED',
    text: '',
    usage: { inputTokens: 0, outputTokens: 0 },
  });
  const dead = Promise.withResolvers<string>();
  await fixture.broker.consume('generations.external.dead', { prefetch: 1 }, async ({ id }) => {
    dead.resolve(id);
    return 'ack';
  });
  await fixture.broker.publish('jobs', 'generations.external', 'unreadable', { kind: 'dance' });
  expect(await dead.promise).toBe('unreadable');
});

test('a provider that ignores the token limit is cut off, and the reply ends as LENGTH there', async () => {
  await using fixture = await openWorkerFixture();
  await fixture.startWorker();
  const finished = await fixture.finished(await fixture.send('script: tokens=40000', { maxOutputTokens: 100 }));
  expect(finished).toMatchObject({ status: 'COMPLETED', finishReason: 'LENGTH', usage: { source: 'COUNTED' } });
  expect(finished.text).toBe(textOf(40_000).slice(0, 65_536 + 32 * 100));
  expect(await fixture.provider.requests.at(0)?.ended).toBe('closed by client');
});
