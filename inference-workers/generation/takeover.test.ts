import { expect, test } from 'vitest';
import { modelImageKey, textKey } from '#contracts/blob-keys.ts';
import type { PromptMessage, RouteCandidate } from '#contracts/generation-job.ts';
import { sealResult } from '#contracts/sealed-result.ts';
import { applyToText } from '#contracts/stream-event.ts';
import { createDirectoryBlobs } from '#kernel/blobs/directory-blobs.ts';
import type { StreamEntry, StreamLog } from '#kernel/stream-log/stream-log.ts';
import { textOf } from '#tests/scripted-provider/script.ts';
import { createDirectory } from '#tests/services/directory.ts';
import { countO200kTokens } from '../prompt/count-tokens.ts';
import { createDemonstrationModel } from '../providers/demonstration-model.ts';
import { createModelRegistry } from '../providers/registry.ts';
import { candidateOf, openWorkerFixture } from '../worker.fixture.ts';

const textIn = (entries: readonly StreamEntry[]): string =>
  entries.reduce((text, { event }) => applyToText(text, event), '');

/** Leaves the log of a worker that died after some words. */
const leaveBehind = async (streamLog: StreamLog, messageId: string, text: string): Promise<void> => {
  const { attempt } = await streamLog.open(messageId);
  await streamLog.append(messageId, attempt, [
    { type: 'MessageStarted', attempt, modelId: 'openai/scripted' },
    { type: 'TokenDelta', text },
  ]);
  // As if the lease of the dead worker had expired.
  await streamLog.release(messageId, attempt);
};

test('a worker that takes over continues the text that clients saw where the model can', async () => {
  await using fixture = await openWorkerFixture();
  const messageId = crypto.randomUUID();
  await leaveBehind(fixture.streamLog, messageId, textOf(4));
  await fixture.startWorker();
  const candidates = [candidateOf('openai/scripted', { capabilities: ['PREFILL'] })];
  await fixture.send('script: tokens=9', { messageId, candidates });
  const entries = await fixture.entries(messageId);
  expect(fixture.provider.requests.at(0)?.body.messages.at(-1)).toEqual({ role: 'assistant', content: textOf(4) });
  expect(entries.some(({ event }) => event.type === 'MessageReset')).toBe(false);
  expect(textIn(entries)).toBe(textOf(9));
  const finished = await fixture.finished(messageId);
  expect(finished).toMatchObject({ attempt: 2, text: textOf(9), status: 'COMPLETED' });
  expect(finished.parts).toMatchObject([
    { attempt: 1, inAnswer: true, usage: { source: 'COUNTED', outputTokens: countO200kTokens(textOf(4)) } },
    { attempt: 2, inAnswer: true, usage: { source: 'PROVIDER', outputTokens: 5 } },
  ]);
});

test('the share of a worker that died has the tokens of the files that its model has read', async () => {
  await using directory = await createDirectory();
  const blobs = createDirectoryBlobs(directory.path);
  await using fixture = await openWorkerFixture();
  await fixture.startWorker({ blobs });
  const [tenantId, fileId, pictureId] = [crypto.randomUUID(), crypto.randomUUID(), crypto.randomUUID()];
  const text = 'The pump is to be serviced once a year. '.repeat(20);
  const pages = JSON.stringify({ pages: [{ page: 1, text }] });
  await blobs.put(textKey({ tenantId, fileId }), Buffer.from(pages), 'application/json');
  await blobs.put(modelImageKey({ tenantId, fileId: pictureId }), Buffer.from('jpeg'), 'image/jpeg');
  const sharesOf = async (capabilities: RouteCandidate['capabilities']) => {
    const messageId = crypto.randomUUID();
    await leaveBehind(fixture.streamLog, messageId, textOf(4));
    const attachments: PromptMessage['attachments'] = [
      { fileId, name: 'a.pdf', kind: 'DOCUMENT', characters: 4_000 },
      { fileId: pictureId, name: 'p.png', kind: 'IMAGE' },
    ];
    const history: PromptMessage[] = [{ role: 'USER', content: 'script: tokens=9', attachments }];
    const candidates = [candidateOf('openai/scripted', { capabilities })];
    await fixture.send('', { tenantId, messageId, history, candidates });
    const { parts = [] } = await fixture.finished(messageId);
    return parts.map(({ usage }) => usage.inputTokens);
  };
  const [dead = 0] = await sharesOf(['PREFILL']);
  expect(dead).toBeGreaterThan(countO200kTokens(text));
  const [seeing = 0] = await sharesOf(['PREFILL', 'VISION']);
  expect(seeing - dead).toBeGreaterThan(1_500);
});

test('where the model cannot, the text is reset and the reply starts anew', async () => {
  await using fixture = await openWorkerFixture();
  const messageId = crypto.randomUUID();
  await leaveBehind(fixture.streamLog, messageId, 'w0 w1 ');
  await fixture.startWorker();
  await fixture.send('script: tokens=5', { messageId });
  const entries = await fixture.entries(messageId);
  expect(entries.slice(0, 5).map(({ event }) => event)).toMatchObject([
    { type: 'MessageStarted', attempt: 1 },
    { type: 'TokenDelta' },
    { type: 'MessageStarted', attempt: 2 },
    { type: 'MessageReset', reason: 'WORKER_REPLACED' },
    { type: 'TokenDelta', text: 'w0 ' },
  ]);
  expect(textIn(entries)).toBe(textOf(5));
  const finished = await fixture.finished(messageId);
  expect(finished.text).toBe(textOf(5));
  expect(finished.parts).toMatchObject([
    { attempt: 1, inAnswer: false, usage: { source: 'COUNTED' } },
    { attempt: 2, inAnswer: true, usage: { source: 'PROVIDER', outputTokens: 5 } },
  ]);
});

test('a worker that takes over after the result was sealed ends the reply with it, and asks no model', async () => {
  await using fixture = await openWorkerFixture();
  const { streamLog } = fixture;
  const messageId = crypto.randomUUID();
  await fixture.startWorker();
  const done = await fixture.finished(await fixture.send('script: tokens=3'));
  await leaveBehind(streamLog, messageId, textOf(3));
  await streamLog.seal(messageId, 1, sealResult({ ...done, messageId, lastSeq: 3 }), 2);
  await streamLog.release(messageId, 1);
  await fixture.send('script: tokens=3', { messageId });
  expect((await fixture.entries(messageId)).at(-1)).toMatchObject({ seq: 3, event: { status: 'COMPLETED' } });
  expect(await fixture.finished(messageId)).toEqual({ ...done, messageId, lastSeq: 3 });
  expect(fixture.provider.requests).toHaveLength(1);
});

test('when the model that would continue fails, the next one that cannot continue resets the text', async () => {
  await using fixture = await openWorkerFixture();
  const messageId = crypto.randomUUID();
  await leaveBehind(fixture.streamLog, messageId, 'w0 w1 ');
  await fixture.startWorker();
  fixture.provider.queue({ status: 401 });
  const candidates = [candidateOf('openai/scripted', { capabilities: ['PREFILL'] }), candidateOf('openai/other')];
  await fixture.send('script: tokens=5', { messageId, candidates });
  const entries = await fixture.entries(messageId);
  expect(entries.find(({ event }) => event.type === 'MessageReset')?.event).toMatchObject({ reason: 'MODEL_REPLACED' });
  expect(textIn(entries)).toBe(textOf(5));
});

test('when no model can continue, the text that clients saw is kept as PARTIAL', async () => {
  await using fixture = await openWorkerFixture();
  const messageId = crypto.randomUUID();
  await leaveBehind(fixture.streamLog, messageId, 'w0 w1 ');
  await fixture.startWorker();
  const candidates = [candidateOf('nobody/there', { capabilities: ['PREFILL'] })];
  await fixture.send('hello', { messageId, candidates });
  expect((await fixture.entries(messageId)).at(-1)?.event).toMatchObject({ status: 'PARTIAL', finishReason: 'ERROR' });
  expect(await fixture.finished(messageId)).toMatchObject({ status: 'PARTIAL', text: 'w0 w1 ' });
});

test("a worker that was replaced closes the provider's socket, publishes nothing and settles its job", async () => {
  await using fixture = await openWorkerFixture();
  const worker = await fixture.startWorker();
  const arrived = fixture.provider.nextRequest();
  const messageId = await fixture.send('script: tokens=100000 pace=1');
  await (await arrived).wrote(3);
  await fixture.streamLog.open(messageId);
  expect(await (await arrived).ended).toBe('closed by client');
  await worker[Symbol.asyncDispose]();
  expect(worker.running).toBe(0);
  expect(fixture.results).toEqual([]);
  expect((await fixture.streamLog.snapshot(messageId))?.ended).toBe(false);
  expect(await fixture.broker.depth('generations.external')).toMatchObject({ ready: 0 });
});

test('a worker that was replaced while the broker was away publishes nothing', async () => {
  await using fixture = await openWorkerFixture();
  const { broker, streamLog } = fixture;
  const refused = Promise.withResolvers<void>();
  const worker = await fixture.startWorker({
    settings: { renewEveryMs: 20 },
    broker: {
      ...broker,
      async publish(exchange, routingKey, id, body) {
        if (routingKey !== 'message.finished') return broker.publish(exchange, routingKey, id, body);
        refused.resolve();
        throw new Error('The broker is away.');
      },
    },
  });
  const messageId = await fixture.send('script: tokens=3');
  await refused.promise;
  await streamLog.open(messageId);
  await worker[Symbol.asyncDispose]();
  expect((await streamLog.snapshot(messageId))?.ended).toBe(false);
  expect(fixture.results).toEqual([]);
});

test('white space that a provider strips from the prefix and sends again is not doubled', async () => {
  await using fixture = await openWorkerFixture();
  const model = createDemonstrationModel(0);
  const trimming: typeof model = {
    ...model,
    doStream: ({ prompt, ...options }) => {
      const trimmed = prompt.map((message) =>
        message.role === 'assistant'
          ? {
              ...message,
              content: message.content.map((part) =>
                part.type === 'text' ? { ...part, text: part.text.trimEnd() } : part,
              ),
            }
          : message,
      );
      return model.doStream({ prompt: trimmed, ...options });
    },
  };
  const terms = { modelId: 'parlance/demonstration', provider: 'parlance', pool: 'SMALL' as const };
  const served = { ...terms, model: trimming, countTokens: countO200kTokens, trimsPrefix: true };
  await fixture.startWorker({ registry: createModelRegistry([served]) });
  const candidates = [candidateOf('parlance/demonstration', { capabilities: ['PREFILL'] })];
  const { text } = await fixture.finished(await fixture.send('hello', { candidates }));

  const messageId = crypto.randomUUID();
  await leaveBehind(fixture.streamLog, messageId, 'This is the ');
  await fixture.send('hello', { messageId, candidates });
  expect((await fixture.finished(messageId)).text).toBe(text);
});
