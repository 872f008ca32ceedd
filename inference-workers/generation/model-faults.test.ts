import { expect, test } from 'vitest';
import { textOf } from '../../tests/scripted-provider/script.ts';
import { candidateOf, openWorkerFixture, type WorkerFixture } from '../worker-fixture.ts';

/** The result of a message and the last event of its log. */
const outcome = async (fixture: WorkerFixture, messageId: string) => {
  const entries = await fixture.entries(messageId);
  return { finished: await fixture.finished(messageId), last: entries.at(-1)?.event, entries };
};

test('a refusal with Retry-After is waited for and asked again', async () => {
  await using fixture = await openWorkerFixture();
  await fixture.startWorker();
  const messageId = await fixture.send('script: tokens=3 status=429 retry-after=0.01 times=2');
  const { finished } = await outcome(fixture, messageId);
  expect(finished).toMatchObject({ status: 'COMPLETED', text: textOf(3) });
  expect(fixture.provider.requests).toHaveLength(3);
});

test('a Retry-After that is too long is not waited for: the next candidate is asked, and clients are told which', async () => {
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

test.each([
  ['no server', [candidateOf('nobody/there')], 'hello', 'MODEL_UNAVAILABLE', true],
  ['a refused key', undefined, 'script: status=401', 'MODEL_UNAVAILABLE', true],
  ['a refused request', undefined, 'script: status=422', 'MODEL_ERROR', true],
  ['too many tokens for the provider', undefined, 'script: status=400 error=context', 'CONTEXT_TOO_LONG', false],
  ['an event that cannot be read', undefined, 'script: garbage=0', 'MODEL_ERROR', true],
  ['a socket that is cut before a token', undefined, 'script: cut=0', 'MODEL_UNAVAILABLE', true],
  ['an answer that ends without saying so', undefined, 'script: end=0', 'MODEL_UNAVAILABLE', true],
  ['too many tokens by our count', undefined, 'word '.repeat(4000), 'CONTEXT_TOO_LONG', false],
] as const)('before the first token, %s ends as a failure with its code', async (_, given, prompt, code, retryable) => {
  await using fixture = await openWorkerFixture();
  await fixture.startWorker();
  const candidates = [...(given ?? [candidateOf('openai/scripted')])];
  const { finished, last } = await outcome(fixture, await fixture.send(prompt, { candidates }));
  expect(last).toMatchObject({ type: 'MessageFailed', code, retryable });
  expect(finished).toMatchObject({ status: 'FAILED', finishReason: 'ERROR', text: '', failure: { code, retryable } });
});

test('a model that says nothing in time ends as a timeout, and its socket is closed', async () => {
  await using fixture = await openWorkerFixture();
  await fixture.startWorker({ settings: { firstTokenTimeoutMs: 30 } });
  const { last } = await outcome(fixture, await fixture.send('script: delay=600000'));
  expect(last).toMatchObject({ type: 'MessageFailed', code: 'MODEL_TIMEOUT', retryable: true });
  expect(fixture.provider.requests).toHaveLength(1);
  expect(await fixture.provider.requests.at(0)?.ended).toBe('closed by client');
});

test.each([
  ['a stall', 'script: tokens=9 stall=5'],
  ['a cut socket', 'script: tokens=9 cut=5'],
  ['an event that cannot be read', 'script: tokens=9 garbage=5'],
  ['an answer that ends without saying so', 'script: tokens=9 end=5'],
] as const)('after the first token, %s keeps the text as PARTIAL and nobody else is asked', async (_, prompt) => {
  await using fixture = await openWorkerFixture();
  await fixture.startWorker({ settings: { stallTimeoutMs: 50 } });
  const candidates = [candidateOf('openai/scripted'), candidateOf('openai/other')];
  const { finished, last } = await outcome(fixture, await fixture.send(prompt, { candidates }));
  expect(last).toEqual({ type: 'MessageCompleted', status: 'PARTIAL', finishReason: 'ERROR' });
  expect(finished).toMatchObject({ status: 'PARTIAL', text: textOf(5), usage: { source: 'COUNTED' } });
  expect(fixture.provider.requests).toHaveLength(1);
});

test('after a fault inside the stream the socket of a provider that goes on is closed', async () => {
  await using fixture = await openWorkerFixture();
  await fixture.startWorker();
  await outcome(fixture, await fixture.send('script: tokens=9 garbage=5 stall=5'));
  expect(await fixture.provider.requests.at(0)?.ended).toBe('closed by client');
});
