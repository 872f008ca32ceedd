import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { createDirectory } from '#tests/services/directory.ts';
import { createLogger } from '../log.ts';
import { consumeEvents } from './consume-events.ts';
import { createEmbeddedBroker } from './embedded-broker.ts';
import { deadLetterQueue, topology } from './topology.ts';

const titled = {
  tenantId: 't',
  userId: 'u',
  conversationId: 'c',
  messageId: 'm',
  attempt: 1,
  usage: { inputTokens: 1, cachedInputTokens: 0, outputTokens: 1, reasoningTokens: 0, source: 'COUNTED' },
  queueWaitMs: 0,
  durationMs: 0,
  title: 'Bees',
};
const failed = {
  tenantId: 't',
  conversationId: 'c',
  messageId: 'm',
  failure: { code: 'WORKER_LOST', message: 'Lost.', retryable: true },
};

const queue = 'conversations.results';
const openBroker = (dataDirectory: string) =>
  createEmbeddedBroker({ dataDirectory, queues: topology, logger: createLogger('test', 'silent') });

test('an event goes to the handler of its routing key, and one that does not fit its schema is dead', async () => {
  await using directory = await createDirectory();
  await using broker = await openBroker(directory.path);
  const handled: unknown[] = [];
  await using _ = await consumeEvents(
    broker,
    queue,
    { prefetch: 1 },
    {
      'conversation.titled': async ({ title }) => void handled.push(title),
      'job.failed': async ({ failure }) => void handled.push(failure.code),
    },
  );
  await broker.publish('events', 'conversation.titled', '1', titled);
  await broker.publish('events', 'job.failed', '2', failed);
  // It would fit the other schema.
  await broker.publish('events', 'job.failed', '3', titled);
  await vi.waitFor(async () => {
    expect((await broker.depth(deadLetterQueue(queue))).ready).toBe(1);
  });
  expect(handled).toEqual(['Bees', 'WORKER_LOST']);
});

test('a message that version 0.1 left in its journal, without a key, goes to the handler whose schema fits', async () => {
  await using directory = await createDirectory();
  await mkdir(join(directory.path, 'broker'));
  const record = { type: 'published', number: 1, id: '1', body: JSON.stringify(failed), queues: { [queue]: 0 } };
  await writeFile(join(directory.path, 'broker/journal.jsonl'), `${JSON.stringify(record)}\n`);
  await using broker = await openBroker(directory.path);
  const handled = Promise.withResolvers<string>();
  await using _ = await consumeEvents(
    broker,
    queue,
    { prefetch: 1 },
    {
      'conversation.titled': async ({ title }) => handled.resolve(title),
      'job.failed': async ({ failure }) => handled.resolve(failure.code),
    },
  );
  expect(await handled.promise).toBe('WORKER_LOST');
});
