import { expect, test } from 'vitest';
import { createEmbeddedBroker } from '#kernel/broker/embedded-broker.ts';
import { topology } from '#kernel/broker/topology.ts';
import { connectRedis } from '#kernel/connections/redis.ts';
import { createRedisStreamLog } from '#kernel/stream-log/redis-stream-log.ts';
import { createDirectory } from '../../../tests/services/directory.ts';
import { sendRedis, startRedis } from '../../../tests/services/redis.ts';
import { logger, openFixture } from '../conversations.fixture.ts';
import { MessageEntity } from '../entities.ts';
import { dispatchNext } from './dispatch.ts';
import { repeatStops } from './repeat-stops.ts';
import { stopGeneration } from './stop-generation.ts';

test('a waiting answer is stopped although the broker is away: the wish is kept and goes along with its job', async () => {
  await using fixture = await openFixture();
  const { database, identity, streamLog } = fixture;
  await using directory = await createDirectory();
  const broker = await createEmbeddedBroker({ dataDirectory: directory.path, queues: topology, logger });
  await broker[Symbol.asyncDispose]();

  const conversation = await fixture.conversation();
  const { answer } = await fixture.turn(conversation, undefined, 'q', {
    status: 'QUEUED',
    content: '',
    dispatchedAt: null,
  });
  const services = { database, ports: { streamLog, broker }, stops: { soon: () => undefined }, logger };
  const stopped = await stopGeneration(services, identity, answer.id);
  expect(stopped).toMatchObject({ id: answer.id, status: 'QUEUED' });

  const row = await database.forTenant(identity.tenantId).findOneOrFail(MessageEntity, { id: answer.id });
  expect(row.stopRequestedAt).toBeInstanceOf(Date);
  const job = await database.forTenant(identity.tenantId).transactional((em) => dispatchNext(em, conversation));
  expect(job?.body).toMatchObject({ messageId: answer.id, stopRequested: true });
});

test('a wish to stop that the log has forgotten is put in it again while the reply runs', async () => {
  await using fixture = await openFixture();
  const { streamLog } = fixture;
  const stopped = { status: 'QUEUED', content: '', stopRequestedAt: new Date() } as const;
  const { answer } = await fixture.turn(await fixture.conversation(), undefined, 'q', stopped);
  const { attempt } = await streamLog.open(answer.id);
  await using stops = repeatStops({ ...fixture, logger });
  await stops.pass();
  expect(await streamLog.renew(answer.id, attempt)).toMatchObject({ stopRequested: true });
});

test('a stop that Redis refuses to write is kept, and reaches the worker as soon as Redis takes writes', async () => {
  await using fixture = await openFixture();
  await using redis = await startRedis();
  await using connection = await connectRedis(redis.url, logger, 10_000);
  const streamLog = createRedisStreamLog(connection);
  const running = { status: 'QUEUED', content: '' } as const;
  const { answer } = await fixture.turn(await fixture.conversation(), undefined, 'q', running);
  const { attempt } = await streamLog.open(answer.id);
  await using stops = repeatStops({ ...fixture, streamLog, logger, everyMs: 3_600_000 });
  await sendRedis(redis.url, 'config', 'set', 'maxmemory', '1');
  const services = { ...fixture, ports: { streamLog, broker: fixture.broker }, stops, logger };
  expect(await stopGeneration(services, fixture.identity, answer.id)).toMatchObject({ id: answer.id });
  await sendRedis(redis.url, 'config', 'set', 'maxmemory', '0');
  const stopped = Promise.withResolvers<void>();
  await streamLog.onStop(answer.id, stopped.resolve);
  await stopped.promise;
  expect(await streamLog.renew(answer.id, attempt)).toMatchObject({ stopRequested: true });
});
