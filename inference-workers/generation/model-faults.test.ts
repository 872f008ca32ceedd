import { expect, test } from 'vitest';
import { applyToText } from '#contracts/stream-event.ts';
import { textOf } from '#tests/scripted-provider/script.ts';
import { countO200kTokens } from '../prompt/count-tokens.ts';
import { candidateOf, openWorkerFixture, type WorkerFixture } from '../worker.fixture.ts';

/** The result of a message and the last event of its log. */
const outcome = async (fixture: WorkerFixture, messageId: string) => {
  const entries = await fixture.entries(messageId);
  return { finished: await fixture.finished(messageId), last: entries.at(-1)?.event, entries };
};

test('after a refusal with Retry-After the model is asked again when that time has passed', async () => {
  await using fixture = await openWorkerFixture();
  await fixture.startWorker();
  const messageId = await fixture.send('script: tokens=3 status=429 retry-after=0.01 times=2');
  const { finished } = await outcome(fixture, messageId);
  expect(finished).toMatchObject({ status: 'COMPLETED', text: textOf(3) });
  expect(fixture.provider.requests).toHaveLength(3);
});

test('a Retry-After that is too long is not respected: the next candidate is asked, and clients see which', async () => {
  await using fixture = await openWorkerFixture();
  await fixture.startWorker();
  fixture.provider.queue({ status: 429, 'retry-after': 60 });
  const candidates = [candidateOf('openai/scripted'), candidateOf('openai/other')];
  const { finished, entries } = await outcome(fixture, await fixture.send('script: tokens=2', { candidates }));
  expect(finished).toMatchObject({ status: 'COMPLETED', modelId: 'openai/other', price: { output: '4' } });
  expect(entries.map(({ event }) => event)).toMatchObject([
    { type: 'MessageStarted', modelId: 'openai/scripted' },
    { type: 'MessageStarted', modelId: 'openai/other' },
    { type: 'TokenDelta' },
    ...entries.slice(3).map(() => ({})),
  ]);
});

test('a server that keeps failing is asked a bounded number of times, and its words do not reach the client', async () => {
  await using fixture = await openWorkerFixture();
  await fixture.startWorker({ settings: { retries: 2 } });
  const { finished, last } = await outcome(fixture, await fixture.send('script: status=500'));
  expect(fixture.provider.requests).toHaveLength(3);
  expect(last).toEqual({
    type: 'MessageFailed',
    code: 'MODEL_UNAVAILABLE',
    message: 'The model cannot be reached at the moment. Try again in a little while.',
    retryable: true,
  });
  expect(finished.failure).toMatchObject({ code: 'MODEL_UNAVAILABLE', retryable: true });
  expect(JSON.stringify(finished)).not.toContain('secret-host');
});

const faultsBeforeText = [
  ['no server', [candidateOf('nobody/there')], 'hello', 'MODEL_UNAVAILABLE', true, 'PROVIDER'],
  ['a refused key', undefined, 'script: status=401', 'MODEL_UNAVAILABLE', true, 'PROVIDER'],
  ['a refused request', undefined, 'script: status=422', 'MODEL_ERROR', true, 'REQUEST'],
  [
    'too many tokens for the provider',
    undefined,
    'script: status=400 error=context',
    'CONTEXT_TOO_LONG',
    false,
    'REQUEST',
  ],
  ['an event that cannot be read', undefined, 'script: garbage=0', 'MODEL_ERROR', true, 'PROVIDER'],
  ['a socket that is cut before a token', undefined, 'script: cut=0', 'MODEL_UNAVAILABLE', true, 'PROVIDER'],
  ['a response that ends without a finish', undefined, 'script: end=0', 'MODEL_UNAVAILABLE', true, 'PROVIDER'],
  ['too many tokens by the worker’s count', undefined, 'word '.repeat(4000), 'CONTEXT_TOO_LONG', false, 'REQUEST'],
] as const;

test.each(
  faultsBeforeText.map(([what, given, prompt, code, retryable, origin]) => ({
    what,
    given,
    prompt,
    code,
    retryable,
    origin,
  })),
)(
  'before the first token, $what ends as a failure with its code and its origin',
  async ({ given, prompt, code, retryable, origin }) => {
    await using fixture = await openWorkerFixture();
    await fixture.startWorker();
    const candidates = [...(given ?? [candidateOf('openai/scripted')])];
    const { finished, last } = await outcome(fixture, await fixture.send(prompt, { candidates }));
    expect(last).toMatchObject({ type: 'MessageFailed', code, retryable });
    expect(finished).toMatchObject({ status: 'FAILED', finishReason: 'ERROR', text: '', failure: { code, retryable } });
    expect(finished.modelFailures).toMatchObject([{ code, origin }]);
  },
);

test('a model without output in time ends as a timeout, and its socket is closed', async () => {
  await using fixture = await openWorkerFixture();
  await fixture.startWorker({ settings: { firstTokenTimeoutMs: 30 } });
  const { last } = await outcome(fixture, await fixture.send('script: delay=600000'));
  expect(last).toMatchObject({ type: 'MessageFailed', code: 'MODEL_TIMEOUT', retryable: true });
  expect(fixture.provider.requests).toHaveLength(1);
  expect(await fixture.provider.requests.at(0)?.ended).toBe('closed by client');
});

const midway = [
  ['a stall', { tokens: 9, stall: 5 }],
  ['a cut socket', { tokens: 9, cut: 5 }],
  ['an event that cannot be read', { tokens: 9, garbage: 5 }],
  ['a response that ends without a finish', { tokens: 9, end: 5 }],
] as const;

test.each(midway)('after the first token, %s makes the next candidate continue the text', async (_, script) => {
  await using fixture = await openWorkerFixture();
  await fixture.startWorker({ settings: { stallTimeoutMs: 50 } });
  fixture.provider.queue(script);
  const candidates = [candidateOf('openai/scripted'), candidateOf('openai/other', { capabilities: ['PREFILL'] })];
  const { finished, entries } = await outcome(fixture, await fixture.send('script: tokens=9', { candidates }));
  expect(entries.filter(({ event }) => event.type === 'MessageReset')).toEqual([]);
  expect(fixture.provider.requests.at(1)?.body.messages.at(-1)).toEqual({ role: 'assistant', content: textOf(5) });
  expect(finished).toMatchObject({ status: 'COMPLETED', text: textOf(9), modelId: 'openai/other' });
  expect(finished.modelFailures).toMatchObject([
    { modelId: 'openai/scripted', firstTokenMs: expect.any(Number), durationMs: expect.any(Number) },
  ]);
  expect(finished.parts).toMatchObject([
    {
      modelId: 'openai/scripted',
      inAnswer: true,
      usage: { source: 'COUNTED', outputTokens: countO200kTokens(textOf(5)) },
    },
    { modelId: 'openai/other', inAnswer: true, usage: { source: 'PROVIDER', outputTokens: 4 } },
  ]);
});

test('a next candidate that cannot continue begins anew, and the text is voided with its first words', async () => {
  await using fixture = await openWorkerFixture();
  await fixture.startWorker();
  fixture.provider.queue({ tokens: 9, cut: 5 });
  const candidates = [candidateOf('openai/scripted'), candidateOf('openai/other')];
  const { finished, entries } = await outcome(fixture, await fixture.send('script: tokens=9', { candidates }));
  const reset = entries.findIndex(({ event }) => event.type === 'MessageReset');
  expect(entries[reset]?.event).toMatchObject({ reason: 'MODEL_REPLACED' });
  expect(entries[reset + 1]?.event).toMatchObject({ type: 'TokenDelta' });
  expect(entries.reduce((text, { event }) => applyToText(text, event), '')).toBe(textOf(9));
  expect(finished).toMatchObject({ status: 'COMPLETED', text: textOf(9) });
  expect(finished.parts?.map(({ modelId, inAnswer }) => [modelId, inAnswer])).toEqual([
    ['openai/scripted', false],
    ['openai/other', true],
  ]);
});

test.each(midway)(
  'when no other candidate responds after %s, the delivered text is kept as PARTIAL',
  async (_, script) => {
    await using fixture = await openWorkerFixture();
    await fixture.startWorker({ settings: { stallTimeoutMs: 50 } });
    fixture.provider.queue(script, { status: 401 });
    const candidates = [candidateOf('openai/scripted'), candidateOf('openai/other')];
    const { finished, last, entries } = await outcome(fixture, await fixture.send('hello', { candidates }));
    expect(entries.filter(({ event }) => event.type === 'MessageReset')).toEqual([]);
    expect(last).toEqual({ type: 'MessageCompleted', status: 'PARTIAL', finishReason: 'ERROR' });
    expect(finished).toMatchObject({ status: 'PARTIAL', text: textOf(5) });
    expect(finished.parts).toMatchObject([{ modelId: 'openai/scripted', usage: { source: 'COUNTED' } }]);
    expect(finished.modelFailures?.map(({ modelId }) => modelId)).toEqual(['openai/scripted', 'openai/other']);
  },
);

test('after a fault inside the stream the socket of a provider that goes on sending is closed', async () => {
  await using fixture = await openWorkerFixture();
  await fixture.startWorker();
  await outcome(fixture, await fixture.send('script: tokens=9 garbage=5 stall=5'));
  expect(await fixture.provider.requests.at(0)?.ended).toBe('closed by client');
});

test('the result names the seq of its terminal event, even if the log was slow to take the start of a candidate', async () => {
  await using fixture = await openWorkerFixture();
  const { streamLog, provider } = fixture;
  const refused = Promise.withResolvers<void>();
  await fixture.startWorker({
    streamLog: {
      ...streamLog,
      async append(...args) {
        const begins = args[2].some((event) => event.type === 'MessageStarted' && event.modelId === 'openai/other');
        if (begins) await refused.promise;
        return streamLog.append(...args);
      },
    },
  });
  provider.queue({ tokens: 9, cut: 5 }, { status: 401 });
  const first = provider.nextRequest();
  const candidates = [candidateOf('openai/scripted'), candidateOf('openai/other')];
  const messageId = await fixture.send('hello', { candidates });
  await first;
  const second = await provider.nextRequest();
  await second.ended;
  // Waits until the worker has handled the refusal.
  for (let turns = 0; turns < 200; turns += 1) await new Promise(setImmediate);
  refused.resolve();
  const { finished, entries } = await outcome(fixture, messageId);
  expect(finished.lastSeq).toBe(entries.at(-1)?.seq);
});
