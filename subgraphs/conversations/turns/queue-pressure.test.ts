import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { createEmbeddedBroker } from '#kernel/broker/embedded-broker.ts';
import { topology } from '#kernel/broker/topology.ts';
import { createDirectory } from '#tests/services/directory.ts';
import { logger } from '../conversations.fixture.ts';
import { createQueuePressure } from './queue-pressure.ts';

test('a pool whose queue is full refuses with the time to wait, and other pools do not', async () => {
  await using directory = await createDirectory();
  await using broker = await createEmbeddedBroker({ dataDirectory: directory.path, queues: topology, logger });
  for (let index = 0; index < 3; index += 1) await broker.publish('jobs', 'generations.small', randomUUID(), {});
  const check = createQueuePressure(broker, 2, logger);
  // The first send requests the depth and does not wait for it.
  expect(() => check('SMALL')).not.toThrow();
  await new Promise((resolve) => setImmediate(resolve));
  expect(() => check('SMALL')).toThrow(expect.objectContaining({ code: 'OVERLOADED', retryAfterMs: 5_000 }));
  expect(() => check('LARGE')).not.toThrow();
});
