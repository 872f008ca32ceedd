import { expect, test } from 'vitest';
import { createEmbeddedBroker } from '#kernel/broker/embedded-broker.ts';
import { topology } from '#kernel/broker/topology.ts';
import { createDirectory } from '../../../tests/services/directory.ts';
import { logger, openFixture } from '../conversations.fixture.ts';
import { MessageEntity } from '../entities.ts';
import { dispatchNext } from './dispatch.ts';
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
  const services = { database, ports: { streamLog, broker }, logger };
  const stopped = await stopGeneration(services, identity, answer.id);
  expect(stopped).toMatchObject({ id: answer.id, status: 'QUEUED' });

  const row = await database.forTenant(identity.tenantId).findOneOrFail(MessageEntity, { id: answer.id });
  expect(row.stopRequestedAt).toBeInstanceOf(Date);
  const job = await database.forTenant(identity.tenantId).transactional((em) => dispatchNext(em, conversation));
  expect(job?.body).toMatchObject({ messageId: answer.id, stopRequested: true });
});
