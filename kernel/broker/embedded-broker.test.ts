import { spawnSync } from 'node:child_process';
import { appendFileSync, cpSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createDirectory } from '#tests/services/directory.ts';
import { createLogger } from '../log.ts';
import { type BrokerFixture, brokerContract, collect } from './broker.contract.ts';
import { createEmbeddedBroker } from './embedded-broker.ts';
import { patienceContract } from './patience.contract.ts';
import { topology } from './topology.ts';

const logger = createLogger('test', 'silent');
const queue = 'generations.small';
const open = (dataDirectory: string, maxLength?: number) =>
  createEmbeddedBroker({ dataDirectory, queues: topology, logger, ...(maxLength === undefined ? {} : { maxLength }) });

const openFixture = async (): Promise<BrokerFixture> => {
  const stack = new AsyncDisposableStack();
  const { path } = stack.use(await createDirectory());
  const broker = stack.use(await open(path));
  return {
    broker,
    async reopenAfterKill() {
      // A kill leaves exactly what is on disk at this moment.
      const { path: copy } = stack.use(await createDirectory());
      cpSync(path, copy, { recursive: true });
      return stack.use(await open(copy));
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
};
brokerContract('embedded', openFixture);
patienceContract('embedded', openFixture);

test('ignores a journal line that was torn by a kill', async () => {
  await using directory = await createDirectory();
  {
    await using broker = await open(directory.path);
    await broker.publish('jobs', queue, 'whole', { kept: true });
  }
  const journal = join(directory.path, 'broker', 'journal.jsonl');
  appendFileSync(journal, '{"type":"published","number":2,"id":"tor');
  await using broker = await open(directory.path);
  await broker.publish('jobs', queue, 'next', {});
  await broker[Symbol.asyncDispose]();
  await using again = await open(directory.path);
  const { deliveries, until } = await collect(again, queue, { prefetch: 1 });
  await until(2);
  expect(deliveries.map(({ id }) => id)).toEqual(['whole', 'next']);
});

test('keeps dead letters across a restart, and does not count their deliveries', async () => {
  await using directory = await createDirectory();
  {
    await using broker = await open(directory.path);
    await broker.publish('jobs', queue, 'bad', {});
    const { consumer, until } = await collect(broker, queue, { prefetch: 1 }, async () => 'dead');
    await until(1);
    await consumer[Symbol.asyncDispose]();
  }
  await using broker = await open(directory.path);
  expect(await broker.depth(queue)).toMatchObject({ ready: 0 });
  const { deliveries, until } = await collect(broker, `${queue}.dead`, { prefetch: 1 });
  await until(1);
  expect(deliveries[0]).toMatchObject({ id: 'bad', redeliveries: 0 });
});

test('counts a crash during a delivery against the delivery limit', async () => {
  await using directory = await createDirectory();
  await using broker = await open(directory.path);
  await broker.publish('jobs', queue, 'crashes', {});
  const redeliveries: number[] = [];
  let path = directory.path;
  await using stack = new AsyncDisposableStack();
  for (let crash = 0; crash < 6; crash += 1) {
    const running = stack.use(await open(path));
    const { deliveries, until } = await collect(running, queue, { prefetch: 1 }, (_delivery, signal) => {
      return new Promise((resolve) => signal.addEventListener('abort', () => resolve('ack')));
    });
    await until(1);
    redeliveries.push(deliveries[0]?.redeliveries ?? -1);
    const { path: copy } = stack.use(await createDirectory());
    cpSync(path, copy, { recursive: true });
    path = copy;
  }
  await using last = await open(path);
  expect(redeliveries).toEqual([0, 1, 2, 3, 4, 5]);
  expect(await last.depth(queue)).toMatchObject({ ready: 0 });
  expect(await last.depth(`${queue}.dead`)).toMatchObject({ ready: 1 });
});

test('rewrites its journal when it has grown, and loses no message', async () => {
  await using directory = await createDirectory();
  const large = 'x'.repeat(100_000);
  {
    await using broker = await open(directory.path);
    await broker.publish('jobs', 'generations.large', 'kept', {});
    const { until, consumer } = await collect(broker, queue, { prefetch: 10 });
    for (let index = 0; index < 150; index += 1) {
      await broker.publish('jobs', queue, `${index}`, { large });
      // Settled before the next one, so the live state stays small.
      while ((await broker.depth(queue)).ready > 0) await new Promise(setImmediate);
    }
    await until(150);
    await consumer[Symbol.asyncDispose]();
    expect(statSync(join(directory.path, 'broker', 'journal.jsonl')).size).toBeLessThan(6_000_000);
  }
  await using broker = await open(directory.path);
  expect(statSync(join(directory.path, 'broker', 'journal.jsonl')).size).toBeLessThan(1000);
  expect(await broker.depth('generations.large')).toMatchObject({ ready: 1 });
  expect(await broker.depth(queue)).toMatchObject({ ready: 0 });
});

test('refuses with OVERLOADED a publish to a full queue', async () => {
  await using directory = await createDirectory();
  await using broker = await open(directory.path, 2);
  await broker.publish('jobs', queue, '1', {});
  await broker.publish('jobs', queue, '2', {});
  await expect(broker.publish('jobs', queue, '3', {})).rejects.toMatchObject({
    code: 'OVERLOADED',
    retryAfterMs: expect.any(Number),
  });
  const { until } = await collect(broker, queue, { prefetch: 1 });
  await until(2);
  await broker.publish('jobs', queue, '3', {});
  await until(3);
});

/** Publishes until the disk refuses, gets space again, publishes once more, and is killed. Prints the accepted ids. */
const fillingProcess = (dataDirectory: string) => `
  import { spawnSync } from 'node:child_process';
  import { createEmbeddedBroker } from ${JSON.stringify(new URL('embedded-broker.ts', import.meta.url).href)};
  import { topology } from ${JSON.stringify(new URL('topology.ts', import.meta.url).href)};
  import { createLogger } from ${JSON.stringify(new URL('../log.ts', import.meta.url).href)};
  const logger = createLogger('test', 'silent');
  const broker = await createEmbeddedBroker({ dataDirectory: ${JSON.stringify(dataDirectory)}, queues: topology, logger });
  const accepted = [];
  for (let index = 0; ; index += 1) {
    try {
      await broker.publish('jobs', ${JSON.stringify(queue)}, String(index), { text: 'x'.repeat(300) });
    } catch (error) {
      if (error.code !== 'EFBIG') throw error;
      break;
    }
    accepted.push(String(index));
  }
  spawnSync('prlimit', ['--pid', String(process.pid), '--fsize=unlimited']);
  await broker.publish('jobs', ${JSON.stringify(queue)}, 'after', {});
  process.stdout.write(JSON.stringify([...accepted, 'after']), () => process.kill(process.pid, 'SIGKILL'));
`;

test.skipIf(process.platform !== 'linux')(
  'refuses what a full disk cannot take, and keeps all that it accepted',
  async () => {
    await using directory = await createDirectory();
    const script = [
      'ulimit -S -f 16; exec "$0" --input-type=module -e "$1"',
      process.execPath,
      fillingProcess(directory.path),
    ];
    const { stdout, stderr } = spawnSync('bash', ['-c', ...script], { encoding: 'utf8' });
    expect(stderr).toBe('');
    const accepted: string[] = JSON.parse(stdout);
    expect(accepted.length).toBeGreaterThan(10);
    await using broker = await open(directory.path);
    const { deliveries, until } = await collect(broker, queue, { prefetch: 1 });
    await until(accepted.length);
    expect(deliveries.map(({ id }) => id)).toEqual(accepted);
  },
);
