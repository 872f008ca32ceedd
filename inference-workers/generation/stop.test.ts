import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { textOf } from '#tests/scripted-provider/script.ts';
import { countO200kTokens } from '../prompt/count-tokens.ts';
import { openWorkerFixture } from '../worker.fixture.ts';

/** A host that accepts connections and never starts TLS on them, so that they never stand. */
const startSilentHost = async () => {
  const connected = Promise.withResolvers<void>();
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket.on('error', () => undefined));
    connected.resolve();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  return {
    baseUrl: `https://127.0.0.1:${port}/v1`,
    connected: connected.promise,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
};

test("a stop closes the provider's socket and keeps the text so far", async () => {
  await using fixture = await openWorkerFixture();
  await fixture.startWorker();
  const arrived = fixture.provider.nextRequest();
  const messageId = await fixture.send('script: tokens=1000 stall=4');
  await (await arrived).wrote(4);
  for await (const { event } of fixture.streamLog.tail(messageId, 0, new AbortController().signal)) {
    if (event.type === 'TokenDelta' && event.text.includes('w3')) break;
  }
  await fixture.streamLog.requestStop(messageId);
  expect(await (await arrived).ended).toBe('closed by client');
  expect((await fixture.entries(messageId)).at(-1)?.event).toEqual({
    type: 'MessageCompleted',
    status: 'CANCELLED',
    finishReason: 'CANCELLED',
  });
  expect(await fixture.finished(messageId)).toMatchObject({
    status: 'CANCELLED',
    text: textOf(4),
    usage: { source: 'COUNTED' },
  });
});

test('a stop before the first token cancels too, and the prompt that the provider was reading is billed', async () => {
  await using fixture = await openWorkerFixture();
  await fixture.startWorker();
  const arrived = fixture.provider.nextRequest();
  const messageId = await fixture.send('script: delay=600000');
  await arrived;
  await fixture.streamLog.requestStop(messageId);
  expect(await (await arrived).ended).toBe('closed by client');
  const finished = await fixture.finished(messageId);
  const usage = { inputTokens: countO200kTokens('script: delay=600000') + 7, outputTokens: 0, source: 'COUNTED' };
  expect(finished).toMatchObject({ status: 'CANCELLED', text: '', usage });
  expect(finished.parts).toMatchObject([{ usage, inAnswer: true }]);
});

test('a stop before the connection to the provider stands bills nothing', async () => {
  await using silent = await startSilentHost();
  await using fixture = await openWorkerFixture({
    environment: { OPENAI_BASE_URL: silent.baseUrl },
    connectTimeoutMs: 600_000,
  });
  await fixture.startWorker();
  const messageId = await fixture.send('hello');
  await silent.connected;
  await fixture.streamLog.requestStop(messageId);
  expect(await fixture.finished(messageId)).toMatchObject({ status: 'CANCELLED', usage: { inputTokens: 0 } });
});

test('a message that was stopped in the queue is cancelled without asking a model', async () => {
  await using fixture = await openWorkerFixture();
  const messageId = await fixture.send('script: tokens=3');
  await fixture.streamLog.requestStop(messageId);
  const { streamLog } = fixture;
  // Neither a notice nor a response to an append reports the stop: the state of the log at takeover must be enough.
  await fixture.startWorker({
    streamLog: {
      ...streamLog,
      onStop: async () => () => undefined,
      append: async (...args) => ({ ...(await streamLog.append(...args)), stopRequested: false }),
    },
  });
  expect((await fixture.entries(messageId)).map(({ event }) => event.type)).toEqual([
    'MessageStarted',
    'MessageCompleted',
  ]);
  expect(await fixture.finished(messageId)).toMatchObject({ status: 'CANCELLED', text: '' });
  expect(fixture.provider.requests).toHaveLength(0);
});

test('a job that was published with stopRequested is cancelled without asking a model', async () => {
  await using fixture = await openWorkerFixture();
  const messageId = await fixture.send('script: tokens=3', { stopRequested: true });
  await fixture.startWorker();
  expect(await fixture.finished(messageId)).toMatchObject({ status: 'CANCELLED', text: '' });
  expect(fixture.provider.requests).toHaveLength(0);
});

test.each([
  ['while the model writes, from an append', 'script: tokens=100000 pace=1'],
  ['while it is silent, from a renewal', 'script: tokens=9 stall=1'],
])('a stop whose notice was lost is noticed %s', async (_, prompt) => {
  await using fixture = await openWorkerFixture();
  const { streamLog } = fixture;
  await fixture.startWorker({
    streamLog: { ...streamLog, onStop: async () => () => undefined },
    settings: { renewEveryMs: 20 },
  });
  const arrived = fixture.provider.nextRequest();
  const messageId = await fixture.send(prompt);
  await (await arrived).wrote(1);
  await streamLog.requestStop(messageId);
  expect(await (await arrived).ended).toBe('closed by client');
  expect(await fixture.finished(messageId)).toMatchObject({ status: 'CANCELLED' });
});
