import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type FileOwner, madeKeys, quarantineKey } from '#contracts/blob-keys.ts';
import type { UserDeleted } from '#contracts/broker-events.ts';
import type { Identity } from '#contracts/identity.ts';
import { createLogger } from '#kernel/log.ts';
import { deleteDoomedBlobs } from '../files/doom-blobs.ts';
import {
  acme,
  type Engine,
  globex,
  identityOf,
  type KnowledgeFixture,
  openKnowledgeFixture,
} from '../knowledge.fixture.ts';

const newUser = (userId: string = randomUUID(), tenantId = acme): Identity => identityOf(tenantId, { userId });
const content = Buffer.from('The quick brown fox');
const logger = createLogger('knowledge', 'silent');

const create = `mutation ($access: CollectionAccess!, $readerIds: [ID!]) {
  createCollection(name: "Manuals", access: $access, readerIds: $readerIds) { id } }`;
const add = 'mutation ($id: ID!, $files: [ID!]!) { addDocuments(collectionId: $id, fileIds: $files) { id } }';
const read = 'query ($id: ID!) { collection(id: $id) { id documents { edges { node { file { id } } } } } }';
const storage = '{ fileStorage { bytes files } }';
/** All blobs of a file of which no part was signed. */
const keysOfFile = (owner: FileOwner): readonly string[] => [quarantineKey(owner), ...madeKeys(owner)];

const engines: readonly Engine[] = ['pglite', 'postgresql'];

describe.each(engines)('a deleted user on %s', (engine) => {
  let knowledge: KnowledgeFixture;
  /** Deletions that the blob store refuses. */
  let refusals = 0;
  const stack = new AsyncDisposableStack();
  beforeAll(async () => {
    const refusing = {
      engine,
      blobs: (directory: KnowledgeFixture['ports']['blobs']) => ({
        ...directory,
        async delete(key: string) {
          refusals -= 1;
          if (refusals >= 0) throw new Error('the store is away');
          await directory.delete(key);
        },
      }),
    };
    knowledge = stack.use(await openKnowledgeFixture(refusing));
  });
  afterAll(() => stack.disposeAsync());

  const newCollection = async (user: Identity, access: string, more: object = {}): Promise<string> => {
    const { data, errors } = await knowledge.execute(user, create, { access, ...more });
    expect(errors).toEqual([]);
    return data.createCollection.id;
  };
  /** A file that was read, with all blobs that a file can have, in a collection, with a passage. */
  const newDocument = async (user: Identity, collectionId: string): Promise<string> => {
    const fileId = await knowledge.addFile(user, 'manual.txt');
    for (const key of keysOfFile({ tenantId: user.tenantId, fileId })) {
      await knowledge.ports.blobs.put(key, content, 'text/plain');
    }
    expect((await knowledge.execute(user, add, { id: collectionId, files: [fileId] })).errors).toEqual([]);
    const job = await knowledge.nextEmbedJob();
    await knowledge.embed(job, [{ text: 'Press the red button.' }]);
    await expect.poll(() => count('chunks', job.indexId)).toBe(1);
    return fileId;
  };
  /** Rows of a table that say this anywhere. */
  const count = (table: string, needle: string): Promise<number> =>
    knowledge.database.asSystem(async (em) => {
      const [row] = await em.execute<{ readonly count: string }[]>(
        `select count(*) from knowledge.${table} t where t::text like ?`,
        [`%${needle}%`],
      );
      return Number(row?.count);
    });
  const tablesWith = async (needle: string): Promise<readonly string[]> => {
    const tables = await knowledge.database.asSystem((em) =>
      em.execute<{ readonly table_name: string }[]>(
        `select table_name from information_schema.tables where table_schema = 'knowledge' order by 1`,
      ),
    );
    const found: string[] = [];
    for (const { table_name: name } of tables) if ((await count(name, needle)) > 0) found.push(name);
    return found;
  };
  const blobsOf = async ({ tenantId }: Identity, fileId: string): Promise<number> => {
    const there = keysOfFile({ tenantId, fileId }).map((key) => knowledge.ports.blobs.exists(key));
    return (await Promise.all(there)).filter(Boolean).length;
  };
  const deleted = async ({ tenantId, userId }: Identity): Promise<void> => {
    const body: UserDeleted = { tenantId, userId, before: new Date().toISOString() };
    await knowledge.ports.broker.publish('events', 'user.deleted', randomUUID(), { ...body });
  };

  test('files go with their blobs, passages and reservation, and private collections; nothing of others', async () => {
    const user = newUser();
    const [other, foreign] = [newUser(), newUser(user.userId, globex)];
    const [own, shared] = [await newCollection(user, 'PRIVATE'), await newCollection(user, 'TENANT')];
    const listing = await newCollection(other, 'LISTED', { readerIds: [user.userId] });
    const gone = [await newDocument(user, own), await newDocument(user, shared)];
    const awaited = await knowledge.upload(user, content);
    const kept = await newDocument(other, listing);
    const foreignFile = await newDocument(foreign, await newCollection(foreign, 'PRIVATE'));

    refusals = 1;
    await deleted(user);
    await deleted(user);
    await expect.poll(() => count('files', user.userId)).toBe(1);
    await expect
      .poll(async () => (await knowledge.execute(user, storage)).data.fileStorage)
      .toEqual({
        bytes: 0,
        files: 0,
      });
    await expect
      .poll(async () => {
        await deleteDoomedBlobs({ ...knowledge, blobs: knowledge.ports.blobs, logger });
        return Promise.all([...gone, awaited].map((id) => blobsOf(user, id)));
      })
      .toEqual([0, 0, 0]);
    expect(refusals).toBeLessThan(0);
    // An upload that was begun in time may still arrive, and is deleted then.
    for (const id of [...gone, awaited]) expect(await tablesWith(id)).toEqual(['doomed_blobs']);
    expect((await knowledge.execute(user, read, { id: own })).data.collection).toBeNull();
    // For administrators to look after.
    expect((await knowledge.execute(other, read, { id: shared })).data.collection).toEqual({
      id: shared,
      documents: { edges: [] },
    });
    expect(await count('collection_readers', user.userId)).toBe(0);

    expect(await blobsOf(other, kept)).toBe(5);
    expect(await blobsOf(foreign, foreignFile)).toBe(5);
    // What an upload leaves behind until it is swept may still be there.
    for (const id of [kept, foreignFile]) {
      await expect.poll(() => tablesWith(id)).toEqual(['collection_documents', 'document_indexes', 'files']);
    }
  });
});
