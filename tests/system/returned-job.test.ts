/**
 * A job whose acknowledgement was lost together with the log of its reply, on the processes of docker-compose.yml:
 * RabbitMQ delivers it again. The model is not called if the reply has ended, and the reply is written if it has not.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Broker, Json, Settlement } from '#kernel/broker/broker.ts';
import { connectRabbitmqBroker } from '#kernel/broker/rabbitmq-broker.ts';
import { topology } from '#kernel/broker/topology.ts';
import { createLogger } from '#kernel/log.ts';
import { textOf } from '#tests/scripted-provider/script.ts';
import type { Service } from '#tests/services/child.ts';
import { startRedis } from '#tests/services/redis.ts';
import { sharedService } from '#tests/services/shared-services.ts';
import { type TestClient, textOfEvents } from '#tests/support/client.ts';
import { type Compose, startCompose } from '#tests/support/compose-processes.ts';

const jobs = 'generations.external';
const stack = new AsyncDisposableStack();
let redis: Service;
let broker: Broker;
let parlance: Compose;
let ada: TestClient;
/** Called with each line of a process's log. */
const listeners = new Set<(line: string) => void>();

/** Resolves when a process writes a line with both of these to its log. */
const said = (what: string, messageId: string): Promise<void> => {
  const { promise, resolve } = Promise.withResolvers<void>();
  listeners.add((line) => {
    if (line.includes(what) && line.includes(messageId)) resolve();
  });
  return promise;
};

beforeAll(async () => {
  redis = stack.use(await startRedis());
  const [postgres, rabbitmq] = await Promise.all([sharedService('postgres'), sharedService('rabbitmq')]);
  broker = stack.use(
    await connectRabbitmqBroker({
      url: rabbitmq,
      queues: topology,
      logger: createLogger('test', 'silent'),
      startTimeoutMs: 10_000,
    }),
  );
  parlance = stack.use(
    await startCompose(
      { postgres, redis: redis.url, rabbitmq },
      {
        environment: { conversations: { LOG_LEVEL: 'warn' }, worker: { LOG_LEVEL: 'warn' } },
        onLogLine: (_, line) => {
          for (const listener of listeners) listener(line);
        },
      },
    ),
  );
  ada = await parlance.as('ada');
});
afterAll(() => stack.disposeAsync());

interface HeldJob {
  readonly body: Json;
  /** Gives the delivery up unsettled, so that it is handed out again. */
  putBack(): Promise<void>;
}

/** Sends while no worker runs, though one is still announced, and takes the job in its place. */
const sendAndHold = async (content: string): Promise<{ readonly messageId: string; readonly job: HeldJob }> => {
  await parlance.end('worker', 'SIGKILL');
  const taken = Promise.withResolvers<Json>();
  const settlement = Promise.withResolvers<Settlement>();
  const consumer = await broker.consume<Json>(jobs, { prefetch: 1 }, async ({ body }) => {
    taken.resolve(body);
    return settlement.promise;
  });
  const { assistantMessage } = await ada.send(await ada.createConversation(), content);
  const body = await taken.promise;
  const putBack = async () => {
    await consumer.pause();
    settlement.resolve('retry');
    await consumer[Symbol.asyncDispose]();
  };
  return { messageId: assistantMessage.id, job: { body, putBack } };
};

/** Titles are asked for with other words. */
const timesAsked = (content: string): number =>
  parlance.provider.requests.filter(({ body }) => body.messages.at(-1)?.content === content).length;

test('a reply that has ended is not asked for again', async () => {
  const content = 'script: tokens=5';
  const { messageId, job } = await sendAndHold(content);
  await parlance.start('worker');
  // The worker that ends the reply; its acknowledgement is the one that the broker never gets.
  await broker.publish('jobs', jobs, messageId, job.body);
  const events = await ada.stream(messageId).all();
  await redis.restart();
  const dropped = said('returned job dropped', messageId);
  await job.putBack();
  await dropped;
  expect(timesAsked(content)).toBe(1);
  const again = await ada.stream(messageId).all();
  expect(textOfEvents(again)).toBe(textOfEvents(events));
  expect(again.at(-1)?.message?.status).toBe('COMPLETED');
}, 120_000);

test('a reply that has not ended is asked for, once', async () => {
  const content = 'script: tokens=7';
  const { messageId, job } = await sendAndHold(content);
  await redis.restart();
  await parlance.start('worker');
  const following = ada.stream(messageId).all();
  const returned = said('the job is returned', messageId);
  await job.putBack();
  await returned;
  const events = await following;
  expect(textOfEvents(events)).toBe(textOf(7));
  expect(events.at(-1)?.message?.status).toBe('COMPLETED');
  expect(timesAsked(content)).toBe(1);
}, 120_000);
