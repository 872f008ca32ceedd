import { expect, test, vi } from 'vitest';
import { textOf } from '#tests/scripted-provider/script.ts';
import { createModelRegistry } from './providers/registry.ts';
import { candidateOf, openWorkerFixture } from './worker.fixture.ts';

test('a worker announces its models at the start, again at the interval, and none when it stops', async () => {
  await using fixture = await openWorkerFixture();
  const repeated = Promise.withResolvers<void>();
  let published = 0;
  const worker = await fixture.startWorker({
    announceEveryMs: 20,
    broker: {
      ...fixture.broker,
      async publish(exchange, routingKey, id, body) {
        await fixture.broker.publish(exchange, routingKey, id, body);
        published += 1;
        if (published === 2) repeated.resolve();
      },
    },
  });
  await repeated.promise;
  await worker[Symbol.asyncDispose]();
  // Its consumer takes this announcement after the earlier ones.
  await fixture.startWorker({ workerId: 'later' });
  await fixture.entries(await fixture.send('script: tokens=1'));
  const own = fixture.announcements.filter(({ workerId }) => workerId === worker.workerId);
  expect(own.at(0)?.models).toContainEqual({ modelId: 'openai/scripted', provider: 'openai', pool: 'EXTERNAL' });
  expect(own.at(0)?.models).toContainEqual({ modelId: 'parlance/demonstration', provider: 'parlance', pool: 'SMALL' });
  expect(own.at(1)).toEqual(own.at(0));
  expect(own.at(-1)?.models).toEqual([]);
});

test('a model that is discovered later is announced at once, and jobs of its pool are taken until it is gone', async () => {
  await using fixture = await openWorkerFixture();
  await using found = await openWorkerFixture();
  const later = found.registry.models.filter(({ pool }) => pool === 'EXTERNAL');
  const registry = createModelRegistry(found.registry.models.filter(({ pool }) => pool === 'SMALL'));
  const worker = await fixture.startWorker({ registry });
  expect(worker.pools).toEqual(['SMALL']);
  const messageId = await fixture.send('script: tokens=2');
  registry.replace([...registry.models, ...later]);
  expect(await fixture.finished(messageId)).toMatchObject({ status: 'COMPLETED', modelId: 'openai/scripted' });
  expect(worker.pools).toEqual(['SMALL', 'EXTERNAL']);
  registry.replace(registry.models.filter(({ pool }) => pool === 'SMALL'));
  await worker[Symbol.asyncDispose]();
  expect(worker.pools).toEqual(['SMALL']);
  // Its consumer takes this announcement after the earlier ones.
  await fixture.startWorker({ workerId: 'later' });
  await fixture.entries(await fixture.send('script: tokens=1'));
  const own = fixture.announcements.filter(({ workerId }) => workerId === worker.workerId);
  expect(own.map(({ models }) => models.length)).toEqual([1, 1 + later.length, 1, 0]);
});

test('a worker that is restricted to some pools takes and announces nothing of the others', async () => {
  await using fixture = await openWorkerFixture();
  const worker = await fixture.startWorker({ pools: ['SMALL', 'LARGE'] });
  expect(worker.pools).toEqual(['SMALL']);
  expect(worker.models.map(({ modelId }) => modelId)).toEqual(['parlance/demonstration']);
  expect(await fixture.broker.depth('generations.external')).toMatchObject({ consumers: 0 });
});

test('a worker runs no more generations at once than its concurrency', async () => {
  await using fixture = await openWorkerFixture();
  const worker = await fixture.startWorker({ concurrency: 2 });
  const first = fixture.provider.nextRequest();
  const second = fixture.provider.nextRequest();
  const messages = await Promise.all([1, 2, 3].map(() => fixture.send('script: tokens=9 stall=1')));
  await (await first).wrote(1);
  await (await second).wrote(1);
  expect(worker.running).toBe(2);
  expect(await fixture.broker.depth('generations.external')).toMatchObject({ ready: 1 });
  for (const messageId of messages) await fixture.streamLog.requestStop(messageId);
  for (const messageId of messages) await fixture.finished(messageId);
});

test('a worker that stops lets running generations finish within the grace', async () => {
  await using fixture = await openWorkerFixture();
  const worker = await fixture.startWorker();
  const arrived = fixture.provider.nextRequest();
  const messageId = await fixture.send('script: tokens=50 pace=2');
  await (await arrived).wrote(1);
  await worker[Symbol.asyncDispose]();
  expect(await fixture.finished(messageId)).toMatchObject({ status: 'COMPLETED', text: textOf(50), attempt: 1 });
});

test('after the grace it hands over: the socket is closed, the stream stays open, and the next worker ends it', async () => {
  await using fixture = await openWorkerFixture();
  const worker = await fixture.startWorker({ shutdownGraceMs: 0 });
  const arrived = fixture.provider.nextRequest();
  fixture.provider.queue({ tokens: 9, stall: 4 });
  const candidates = [candidateOf('openai/scripted', { capabilities: ['PREFILL'] })];
  const messageId = await fixture.send('script: tokens=9', { candidates });
  await (await arrived).wrote(4);
  await worker[Symbol.asyncDispose]();
  expect(await (await arrived).ended).toBe('closed by client');
  expect(fixture.results).toEqual([]);
  expect(await fixture.streamLog.snapshot(messageId)).toMatchObject({ ended: false, attempt: 1 });

  await fixture.startWorker();
  expect(await fixture.finished(messageId)).toMatchObject({ status: 'COMPLETED', text: textOf(9), attempt: 2 });
});

test('a worker that stops leaves a reply alone that another one writes, and does not take it over any more', async () => {
  await using fixture = await openWorkerFixture();
  const writer = await fixture.startWorker({ concurrency: 1, shutdownGraceMs: 0 });
  const arrived = fixture.provider.nextRequest();
  const messageId = await fixture.send('script: tokens=9 stall=2');
  await (await arrived).wrote(2);
  const stopping = await fixture.startWorker({ shutdownGraceMs: 600_000 });
  await fixture.send('script: tokens=9 stall=2', { messageId });
  await vi.waitFor(() => expect(stopping.running).toBe(1));
  await stopping[Symbol.asyncDispose]();
  expect(writer.running).toBe(1);
  await writer[Symbol.asyncDispose]();
  expect(fixture.provider.requests).toHaveLength(1);
  expect(await fixture.streamLog.snapshot(messageId)).toMatchObject({ ended: false, attempt: 1 });
  expect(await fixture.broker.depth('generations.external')).toMatchObject({ ready: 2 });
});

test('a title is one clean line from the model, with its usage', async () => {
  await using fixture = await openWorkerFixture();
  await fixture.startWorker();
  const history = [
    { role: 'USER' as const, content: 'How do I keep bees?' },
    { role: 'ASSISTANT' as const, content: 'With care.' },
  ];
  const messageId = await fixture.sendTitle('', { history });
  expect(await fixture.titled(messageId)).toMatchObject({
    title: textOf(20).trim(),
    modelId: 'openai/scripted',
    usage: { source: 'PROVIDER' },
    price: { input: '0.15' },
  });
  expect(await fixture.streamLog.snapshot(messageId)).toBeUndefined();
});

test('where no model gives a title, it is made of the first words of the question, and nothing is billed', async () => {
  await using fixture = await openWorkerFixture();
  await fixture.startWorker();
  const candidates = [candidateOf('nobody/there')];
  const messageId = await fixture.sendTitle('how do I keep bees through a long and cold winter?', {
    candidates,
  });
  const titled = await fixture.titled(messageId);
  expect(titled).toMatchObject({
    title: 'How do I keep bees through a long…',
    usage: { inputTokens: 0, outputTokens: 0 },
  });
  expect(titled.modelId).toBeUndefined();
});

test('a response that is no title is not billed, and the title is made of the first words of the question', async () => {
  await using fixture = await openWorkerFixture();
  await fixture.startWorker();
  // The provider reports the tokens of the prompt, and writes none.
  fixture.provider.queueForTitle({ tokens: 0 });
  const titled = await fixture.titled(await fixture.sendTitle('why do bees dance?'));
  expect(titled).toMatchObject({ title: 'Why do bees dance', usage: { inputTokens: 0, outputTokens: 0 } });
  expect(titled.modelId).toBeUndefined();
});

test('the demonstration makes a title from the question and says in its reply what it is', async () => {
  await using fixture = await openWorkerFixture();
  await fixture.startWorker();
  const candidates = [candidateOf('parlance/demonstration')];
  const titleId = await fixture.sendTitle('what is a stream log?', { candidates });
  expect((await fixture.titled(titleId)).title).toBe('What is a stream log');
  const { text } = await fixture.finished(await fixture.send('what is a stream log?', { candidates }));
  expect(text).toMatch(/^This is the demonstration of Parlance, not a language model/);
  expect(text).toContain('What is a stream log');
});

test('two copies of one job at two workers make one generation, and the second copy waits while the first one runs', async () => {
  await using fixture = await openWorkerFixture();
  const settings = { renewEveryMs: 20 };
  const workers = [await fixture.startWorker({ settings }), await fixture.startWorker({ settings })];
  const arrived = fixture.provider.nextRequest();
  const messageId = await fixture.send('script: tokens=60 pace=5');
  await fixture.send('script: tokens=60 pace=5', { messageId });
  await (await arrived).wrote(5);
  const entries = await fixture.entries(messageId);
  await fixture.finished(messageId);
  await vi.waitFor(() => expect(workers.map(({ running }) => running)).toEqual([0, 0]));
  for (const worker of workers) await worker[Symbol.asyncDispose]();
  expect(fixture.provider.requests).toHaveLength(1);
  expect(fixture.results).toHaveLength(1);
  expect(entries.filter(({ event }) => event.type === 'MessageStarted')).toHaveLength(1);
  expect(await fixture.broker.depth('generations.external')).toMatchObject({ ready: 0 });
});
