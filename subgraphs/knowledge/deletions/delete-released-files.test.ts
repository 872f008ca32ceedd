import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type FileOwner, madeKeys, quarantineKey } from '#contracts/blob-keys.ts';
import type { FilesReleased } from '#contracts/files-released.ts';
import type { Identity } from '#contracts/identity.ts';
import { acme, globex, identityOf, type KnowledgeFixture, openKnowledgeFixture } from '../knowledge.fixture.ts';

let knowledge: KnowledgeFixture;
beforeAll(async () => {
  knowledge = await openKnowledgeFixture({ engine: 'pglite' });
});
afterAll(() => knowledge[Symbol.asyncDispose]());

const keysOfFile = (owner: FileOwner): readonly string[] => [quarantineKey(owner), ...madeKeys(owner)];

const create = 'mutation { createCollection(name: "Manuals", access: PRIVATE) { id } }';
const add = 'mutation ($id: ID!, $files: [ID!]!) { addDocuments(collectionId: $id, fileIds: $files) { id } }';
const read = 'query ($id: ID!) { file(id: $id) { id } }';
const storage = '{ fileStorage { files } }';

const newFile = async (user: Identity): Promise<string> => {
  const fileId = await knowledge.addFile(user, 'notes.txt');
  for (const key of keysOfFile({ tenantId: user.tenantId, fileId })) {
    await knowledge.ports.blobs.put(key, Buffer.from('notes'), 'text/plain');
  }
  return fileId;
};
const isThere = async (user: Identity, id: string): Promise<boolean> =>
  (await knowledge.execute(user, read, { id })).data.file !== null;
const blobsOf = async ({ tenantId }: Identity, fileId: string): Promise<number> => {
  const there = keysOfFile({ tenantId, fileId }).map((key) => knowledge.ports.blobs.exists(key));
  return (await Promise.all(there)).filter(Boolean).length;
};

test('a released file goes with its blobs and its reservation; documents, and files of others, stay', async () => {
  const user = identityOf(acme, { userId: randomUUID() });
  const [other, foreign] = [identityOf(acme, { userId: randomUUID() }), identityOf(globex)];
  const [released, unnamed, document] = [await newFile(user), await newFile(user), await newFile(user)];
  const uploaded = await knowledge.upload(user, Buffer.from('notes'));
  expect((await knowledge.execute(user, storage)).data.fileStorage).toEqual({ files: 1 });
  const [ofOther, ofForeign] = [await newFile(other), await newFile(foreign)];
  const { data } = await knowledge.execute(user, create, {});
  const added = await knowledge.execute(user, add, { id: data.createCollection.id, files: [document] });
  expect(added.errors).toEqual([]);

  const body: FilesReleased = {
    ...{ tenantId: user.tenantId, userId: user.userId },
    fileIds: [released, uploaded, document, ofOther, ofForeign, randomUUID()],
  };
  for (let time = 0; time < 2; time += 1) {
    await knowledge.ports.broker.publish('events', 'files.released', randomUUID(), { ...body });
  }
  await expect.poll(() => isThere(user, released)).toBe(false);
  await expect.poll(() => blobsOf(user, released)).toBe(0);
  for (const [owner, id] of [
    [user, unnamed],
    [user, document],
    [other, ofOther],
    [foreign, ofForeign],
  ] as const) {
    expect(await isThere(owner, id)).toBe(true);
    expect(await blobsOf(owner, id)).toBe(keysOfFile({ tenantId: owner.tenantId, fileId: id }).length);
  }
  expect((await knowledge.execute(user, storage)).data.fileStorage).toEqual({ files: 0 });
});
