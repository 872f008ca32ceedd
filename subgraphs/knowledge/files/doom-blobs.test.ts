import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { createLogger } from '#kernel/log.ts';
import { openKnowledgeFixture } from '../knowledge.fixture.ts';
import { deleteDoomedBlobs, doomBlobs } from './doom-blobs.ts';

test('a blob that the store does not delete holds up no other', async () => {
  await using knowledge = await openKnowledgeFixture();
  const { blobs } = knowledge.ports;
  const tenantId = randomUUID();
  const keys = { stuck: `${tenantId}/files/stuck`, other: `${tenantId}/files/other` };
  for (const key of Object.values(keys)) await blobs.put(key, Buffer.from('x'), 'text/plain');
  await knowledge.database.asSystem(async (em) => {
    doomBlobs(em, tenantId, [keys.stuck], new Date(0));
    doomBlobs(em, tenantId, [keys.other], new Date(1));
  });
  const left = async () => [await blobs.exists(keys.stuck), await blobs.exists(keys.other)];
  const remove = async (key: string): Promise<void> => {
    if (key === keys.stuck) throw new Error('it stays');
    await blobs.delete(key);
  };
  const services = { database: knowledge.database, logger: createLogger('knowledge', 'silent') };
  await deleteDoomedBlobs({ ...services, blobs: { ...blobs, delete: remove } });
  expect(await left()).toEqual([true, false]);
  await deleteDoomedBlobs({ ...services, blobs });
  expect(await left()).toEqual([false, false]);
});
