import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test, vi } from 'vitest';
import type { Broker, Json } from '#kernel/broker/broker.ts';
import { createEmbeddedBroker } from '#kernel/broker/embedded-broker.ts';
import { connectRabbitmqBroker } from '#kernel/broker/rabbitmq-broker.ts';
import { deadLetterQueue, topology } from '#kernel/broker/topology.ts';
import { createLogger } from '#kernel/log.ts';
import { createDirectory } from '#tests/services/directory.ts';
import { startRabbitmq } from '#tests/services/rabbitmq.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const logger = createLogger('test', 'silent');
const queue = 'usage.results';

const run = async (environment: Readonly<Record<string, string>>, ...words: readonly string[]) => {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ['scripts/dead.ts', ...words], {
    cwd: root,
    env: { ...process.env, ...environment },
  });
  const lines = stdout.split('\n').filter((line) => line !== '');
  return { letters: lines.map((line): unknown => JSON.parse(line)), summary: stderr.trim() };
};

/** Refuses what it is given until there are so many dead letters. */
const bury = async (broker: Broker, ids: readonly string[]): Promise<void> => {
  await using _ = await broker.consume<Json>(queue, { prefetch: 10 }, async () => 'dead');
  for (const id of ids) await broker.publish('events', 'message.finished', id, { tenantId: 'acme', text: 'secret' });
  const dead = deadLetterQueue(queue);
  await vi.waitFor(async () => expect((await broker.depth(dead)).ready).toBe(ids.length), { timeout: 15_000 });
};

const open = {
  async RabbitMQ(stack: AsyncDisposableStack) {
    const { url } = stack.use(await startRabbitmq());
    const openBroker = () => connectRabbitmqBroker({ url, queues: topology, logger, startTimeoutMs: 10_000 });
    return { environment: { RABBITMQ_URL: url }, openBroker };
  },
  async standalone(stack: AsyncDisposableStack) {
    const { path } = stack.use(await createDirectory());
    const openBroker = () => createEmbeddedBroker({ dataDirectory: path, queues: topology, logger });
    return { environment: { DATA_DIR: path, RABBITMQ_URL: '' }, openBroker };
  },
};

test.each(['RabbitMQ', 'standalone'] as const)(
  'dead letters of %s are listed, dropped and replayed',
  async (kind) => {
    await using stack = new AsyncDisposableStack();
    const { environment, openBroker } = await open[kind](stack);
    {
      await using broker = await openBroker();
      await bury(broker, ['a', 'b', 'c']);
    }
    const listed = await run(environment, 'list');
    expect(listed.letters).toMatchObject(
      ['a', 'b', 'c'].map((id) => ({ queue: `${queue}.dead`, id, tenantId: 'acme' })),
    );
    expect(JSON.stringify(listed)).not.toContain('secret');
    expect((await run(environment, 'drop', '--id', 'b')).summary).toBe('1 dead letter dropped.');
    expect((await run(environment, 'replay', '--queue', queue)).summary).toBe('2 dead letters replayed.');
    expect((await run(environment, 'list')).letters).toEqual([]);
    await using broker = await openBroker();
    const again: string[] = [];
    await using _ = await broker.consume<Json>(queue, { prefetch: 1 }, async ({ id, redeliveries }) => {
      again.push(`${id} ${redeliveries}`);
      return 'ack';
    });
    await vi.waitFor(() => expect(again).toEqual(['a 0', 'c 0']), { timeout: 15_000 });
  },
  120_000,
);

test('says what is wrong with its words, and never drops everything', async () => {
  await expect(run({}, 'heal')).rejects.toThrow('Usage');
  await expect(run({}, 'drop')).rejects.toThrow('name a --queue or an --id');
  await expect(run({}, 'list', '--queue', 'nothing')).rejects.toThrow('usage.results');
  await expect(run({ RABBITMQ_URL: 'amqp://127.0.0.1:1' }, 'list')).rejects.toThrow('Is it running');
});
