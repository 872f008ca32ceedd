import { expect, test } from 'vitest';
import { createEmbeddedBroker } from '#kernel/broker/embedded-broker.ts';
import { topology } from '#kernel/broker/topology.ts';
import { connectRedis } from '#kernel/connections/redis.ts';
import { createRedisStreamLog } from '#kernel/stream-log/redis-stream-log.ts';
import { createDirectory } from '#tests/services/directory.ts';
import { sendRedis, startRedis } from '#tests/services/redis.ts';
import { logger, openFixture } from '../conversations.fixture.ts';
import { MessageEntity } from '../entities.ts';
import { startJobRelay } from '../outbox/job-outbox.ts';
import { dispatchNextReply } from './dispatch-next-reply.ts';
import { repeatStops } from './repeat-stops.ts';
import { stopGeneration } from './stop-generation.ts';

test('a waiting reply is stopped while the broker is unreachable: its job carries the stop request', async () => {
  await using fixture = await openFixture();
  const { database, identity, streamLog } = fixture;
  await using directory = await createDirectory();
  const broker = await createEmbeddedBroker({ dataDirectory: directory.path, queues: topology, logger });
  await broker[Symbol.asyncDispose]();

  const conversation = await fixture.conversation();
  const { reply } = await fixture.turn(conversation, undefined, 'q', {
    status: 'QUEUED',
    content: '',
    dispatchedAt: null,
  });
  await using relay = startJobRelay(database, broker, logger);
  const services = { database, streamLog, broker, relay, stops: { soon: () => undefined }, logger };
  const stopped = await stopGeneration(services, identity, reply.id);
  expect(stopped).toMatchObject({ id: reply.id, status: 'QUEUED' });

  const row = await database.forTenant(identity.tenantId).findOneOrFail(MessageEntity, { id: reply.id });
  expect(row.stopRequestedAt).toBeInstanceOf(Date);
  const job = await database.forTenant(identity.tenantId).transactional((em) => dispatchNextReply(em, conversation));
  expect(job?.body).toMatchObject({ messageId: reply.id, stopRequested: true });
});

test('a stop request that the log has lost is written to it again while the reply runs', async () => {
  await using fixture = await openFixture();
  const { streamLog } = fixture;
  const stopped = { status: 'QUEUED', content: '', stopRequestedAt: new Date() } as const;
  const { reply } = await fixture.turn(await fixture.conversation(), undefined, 'q', stopped);
  const { attempt } = await streamLog.open(reply.id);
  await using relay = startJobRelay(fixture.database, fixture.broker, logger);
  await using stops = repeatStops({ ...fixture, relay, logger });
  await stops.pass();
  expect(await streamLog.renew(reply.id, attempt)).toMatchObject({ stopRequested: true });
});

test('a stop request that Redis refuses to write reaches the worker as soon as Redis takes writes', async () => {
  await using fixture = await openFixture();
  await using redis = await startRedis();
  await using connection = await connectRedis(redis.url, logger, 10_000);
  const streamLog = createRedisStreamLog(connection);
  const running = { status: 'QUEUED', content: '' } as const;
  const { reply } = await fixture.turn(await fixture.conversation(), undefined, 'q', running);
  const { attempt } = await streamLog.open(reply.id);
  await using relay = startJobRelay(fixture.database, fixture.broker, logger);
  await using stops = repeatStops({ ...fixture, streamLog, relay, logger, everyMs: 3_600_000 });
  await sendRedis(redis.url, 'config', 'set', 'maxmemory', '1');
  const services = { ...fixture, streamLog, relay, stops, logger };
  expect(await stopGeneration(services, fixture.identity, reply.id)).toMatchObject({ id: reply.id });
  await sendRedis(redis.url, 'config', 'set', 'maxmemory', '0');
  const stopped = Promise.withResolvers<void>();
  await streamLog.onStop(reply.id, stopped.resolve);
  await stopped.promise;
  expect(await streamLog.renew(reply.id, attempt)).toMatchObject({ stopRequested: true });
});
