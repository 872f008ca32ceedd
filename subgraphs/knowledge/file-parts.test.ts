/** Uploads in parts: they go on where they stopped, count once, and leave nothing behind. On both stores of blobs. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { partKeys } from '#contracts/blob-keys.ts';
import type { UserDeleted } from '#contracts/broker-events.ts';
import type { Identity } from '#contracts/identity.ts';
import { startS3 } from '#tests/services/s3.ts';
import { FileEntity } from './entities.ts';
import { partBytes } from './files/file-parts.ts';
import {
  acme,
  type FixtureOptions,
  globex,
  identityOf,
  type KnowledgeFixture,
  openKnowledgeFixture,
  sha256Of,
} from './knowledge.fixture.ts';
import { content, createPartUploads, partsOf, sliceOf } from './part-uploads.fixture.ts';

const newUser = (more: Partial<Identity> = {}, tenantId = acme): Identity =>
  identityOf(tenantId, { userId: randomUUID(), ...more });

const stores: Readonly<Record<string, (stack: AsyncDisposableStack) => Promise<FixtureOptions>>> = {
  'a directory': async () => ({}),
  S3: async (stack) => {
    const { url, credentials } = stack.use(await startS3('files'));
    const keys = { AWS_ACCESS_KEY_ID: credentials.accessKeyId, AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey };
    return { environment: { BLOBS_URL: url, ...keys } };
  },
};

const deleteMutation = 'mutation ($id: ID!) { deleteFile(id: $id) }';

describe.each(Object.keys(stores))('an upload in parts to %s', (store) => {
  let knowledge: KnowledgeFixture;
  let client: ReturnType<typeof createPartUploads>;
  const stack = new AsyncDisposableStack();
  beforeAll(async () => {
    knowledge = stack.use(await openKnowledgeFixture(await stores[store]?.(stack)));
    client = createPartUploads(knowledge);
  });
  afterAll(() => stack.disposeAsync());

  test('goes on behind the parts that are there, in any other client, and its bytes count once', async () => {
    const user = newUser();
    const begun = await client.create(user);
    expect(begun).toMatchObject({ partSize: partBytes, receivedParts: [] });
    const { id } = begun.file;
    await client.send(user, id, 2);
    expect((await client.complete(user, id)).errors[0]).toMatchObject({
      message: expect.stringMatching(/^Parts 1 and 3 were not uploaded yet\./),
      extensions: { code: 'BAD_USER_INPUT', argument: 'id' },
    });
    const again = await client.create(user);
    expect(again).toMatchObject({ file: { id, status: 'AWAITING_UPLOAD' }, receivedParts: [2] });
    expect(await client.storage(user)).toEqual({ files: 1, bytes: content.length });
    const signed = await client.send(user, id, 1, 3);
    // A response that was lost: the part is there already.
    for (const part of signed)
      expect([part.number, await client.put(part, sliceOf(part.number))]).toEqual([
        part.number,
        store === 'S3' ? 200 : 412,
      ]);
    expect((await client.complete(user, id)).data.completeFile.status).toBe('PROCESSING');
    expect(await knowledge.nextJob()).toMatchObject({ kind: 'ingest-parts', parts: 3, fileId: id });
    // From now on it takes no part, and the same file is a new one.
    expect(await client.refusal(user, id, partsOf(1))).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'id' });
    const other = await client.create(user);
    expect(other.file.id).not.toBe(id);
    expect(other.receivedParts).toEqual([]);
    expect(await client.storage(user)).toEqual({ files: 2, bytes: 2 * content.length });
  });

  test('may be sent whole instead, and is another file under another name, digest or purpose', async () => {
    const user = newUser();
    const { file, url, headers } = await client.create(user);
    for (const more of [{ name: 'other.txt' }, { sha256: sha256Of(sliceOf(1)) }, { purpose: 'IMPORT' }]) {
      expect((await client.create(user, more)).file.id).not.toBe(file.id);
    }
    expect((await client.create(newUser())).file.id).not.toBe(file.id);
    await client.send(user, file.id, 1);
    expect(await client.put({ url, headers }, content)).toBeLessThan(300);
    expect((await client.complete(user, file.id)).data.completeFile.status).toBe('PROCESSING');
    expect(await knowledge.nextJob()).toMatchObject({ kind: 'ingest', parts: 0, fileId: file.id });
  });

  const ends: Readonly<Record<string, (user: Identity, id: string) => Promise<unknown>>> = {
    deleted: (user, id) => knowledge.execute(user, deleteMutation, { id }),
    async forgotten(_, id) {
      const past = new Date(Date.now() - 3_600_000);
      await knowledge.database.asSystem((em) => em.nativeUpdate(FileEntity, { id }, { uploadExpiresAt: past }));
      await client.sweep();
    },
    async 'deleted with its user'({ tenantId, userId }) {
      const body: UserDeleted = { tenantId, userId, before: new Date().toISOString() };
      await knowledge.ports.broker.publish('events', 'user.deleted', randomUUID(), { ...body });
    },
    async read({ tenantId, userId }, fileId) {
      await client.complete({ tenantId, userId, roles: ['USER'], scopes: [] }, fileId);
      await knowledge.nextJob();
      const found = {
        mediaType: 'text/plain',
        kind: 'TEXT',
        pageCount: null,
        textLength: 1,
        hasPreview: false,
      } as const;
      await knowledge.ingested({ tenantId, userId, fileId, content: found });
    },
    async 'found to be damaged'({ tenantId, userId }, fileId) {
      await client.complete({ tenantId, userId, roles: ['USER'], scopes: [] }, fileId);
      await knowledge.nextJob();
      await knowledge.ingested({ tenantId, userId, fileId, failure: { code: 'DAMAGED', message: 'Other bytes.' } });
    },
  };

  test.each(Object.keys(ends))(
    'leaves no part behind when its file is %s, nor what its URLs bring later',
    async (end) => {
      const user = newUser();
      const { id } = (await client.create(user)).file;
      const [first] = await client.send(user, id, 1, 2, 3);
      expect(await client.blobs(user, id)).toBe(3);
      await ends[end]?.(user, id);
      await expect.poll(() => client.blobs(user, id)).toBe(0);
      const kept = end === 'read' ? { files: 1, bytes: content.length } : { files: 0, bytes: 0 };
      await expect.poll(() => client.storage(user)).toEqual(kept);
      if (!first || end === 'forgotten') return;
      expect(await client.put(first, sliceOf(1))).toBeLessThan(300);
      expect(await client.blobs(user, id)).toBe(1);
      await client.endUrls(id);
      await client.sweep();
      expect(await client.blobs(user, id)).toBe(0);
    },
  );

  test('a part of another length, as a store takes it that looks at no signature, is asked for again', async () => {
    const user = newUser();
    const { id } = (await client.create(user)).file;
    await client.send(user, id, 1, 3);
    await client.sign(user, id, 2);
    const [, key = ''] = partKeys({ tenantId: user.tenantId, fileId: id }, 3);
    await knowledge.ports.blobs.put(key, sliceOf(3), 'text/plain');
    expect((await client.create(user)).receivedParts).toEqual([1, 3]);
    expect((await client.complete(user, id)).errors[0]?.message).toMatch(/^Part 2 was not uploaded yet\./);
    await client.send(user, id, 2);
    expect((await client.complete(user, id)).data.completeFile.status).toBe('PROCESSING');
    await knowledge.nextJob();
  });
});

describe('parts', () => {
  let knowledge: KnowledgeFixture;
  let client: ReturnType<typeof createPartUploads>;
  const stack = new AsyncDisposableStack();
  beforeAll(async () => {
    knowledge = stack.use(await openKnowledgeFixture());
    client = createPartUploads(knowledge);
  });
  afterAll(() => stack.disposeAsync());

  test('are signed for the file of their owner alone', async () => {
    const user = newUser();
    const { id } = (await client.create(user)).file;
    const strangers = [newUser(), newUser({ roles: ['USER', 'ADMIN'] }), { ...user, tenantId: globex }];
    for (const stranger of strangers) {
      expect(await client.refusal(stranger, id, partsOf(1))).toMatchObject({ code: 'NOT_FOUND' });
    }
    expect(await client.refusal(user, 'x', partsOf(1))).toMatchObject({ code: 'NOT_FOUND' });
  });

  test.each([
    ['no part', [], 'parts'],
    ['the part 0', [{ number: 0, sha256: sha256Of(content) }], 'parts'],
    ['more parts than the file has', [{ number: 4, sha256: sha256Of(content) }], 'parts'],
    ['a part twice', [...partsOf(1), ...partsOf(1)], 'parts'],
    ['a digest that is none', [{ number: 1, sha256: 'abc' }], 'parts'],
    [
      'too many parts',
      Array.from({ length: 33 }, (_, index) => ({ number: index, sha256: sha256Of(content) })),
      'parts',
    ],
  ])('are refused: %s', async (_, parts, argument) => {
    const user = newUser();
    const { id } = (await client.create(user)).file;
    expect(await client.refusal(user, id, parts)).toMatchObject({ code: 'BAD_USER_INPUT', argument });
  });

  test('are not of a file that fits one', async () => {
    const user = newUser();
    const small = await client.create(user, { byteSize: partBytes });
    expect(small).toMatchObject({ partSize: null, receivedParts: [] });
    expect(await client.refusal(user, small.file.id, partsOf(1))).toMatchObject({
      code: 'BAD_USER_INPUT',
      argument: 'id',
    });
  });

  test('are taken as they were signed: not with other bytes, nor under the number of another', async () => {
    const user = newUser();
    const { id } = (await client.create(user)).file;
    const [first, second] = await client.sign(user, id, 1, 2);
    if (!first || !second) throw new Error('two parts were signed');
    expect(await client.put(first, sliceOf(2))).toBe(422);
    expect(await client.put(first, sliceOf(3))).toBe(400);
    const swapped = { ...first, url: first.url.replace(`${id}.1`, `${id}.2`) };
    expect(await client.put(swapped, sliceOf(1))).toBe(403);
    expect(await client.blobs(user, id)).toBe(0);
  });

  test('are asked for while the file waits: it is not forgotten then', async () => {
    const user = newUser();
    const past = new Date(Date.now() - 3_600_000);
    const ids = [(await client.create(user)).file.id, (await client.create(user, { name: 'other.txt' })).file.id];
    await knowledge.database.asSystem((em) =>
      em.nativeUpdate(FileEntity, { id: { $in: ids } }, { uploadExpiresAt: past }),
    );
    await client.sign(user, ids[0] ?? '', 1);
    expect((await client.create(user, { name: 'other.txt' })).file.id).toBe(ids[1]);
    await client.sweep();
    const query = '{ files(filter: { status: AWAITING_UPLOAD }) { edges { node { id } } } }';
    const { data } = await knowledge.execute(user, query);
    expect(data.files.edges.map(({ node }: { node: { id: string } }) => node.id)).toEqual(ids.toReversed());
  });
});

describe('on PostgreSQL, where much happens at once', () => {
  let knowledge: KnowledgeFixture;
  let client: ReturnType<typeof createPartUploads>;
  const stack = new AsyncDisposableStack();
  beforeAll(async () => {
    knowledge = stack.use(await openKnowledgeFixture({ engine: 'postgresql' }));
    client = createPartUploads(knowledge);
  });
  afterAll(() => stack.disposeAsync());

  test('clients that create the same file at once get one file, whose bytes are reserved once', async () => {
    const user = newUser();
    const created = await Promise.all(Array.from({ length: 8 }, () => client.create(user)));
    const ids = new Set(created.map(({ file }) => file.id));
    expect(ids.size).toBe(1);
    expect(await client.storage(user)).toEqual({ files: 1, bytes: content.length });
    // All of them may send it and complete it.
    const [id = ''] = ids;
    await Promise.all([1, 2, 3].map((number) => client.send(user, id, number)));
    const completed = await Promise.all(created.map(() => client.complete(user, id)));
    expect(completed.map(({ data }) => data.completeFile.status)).toEqual(created.map(() => 'PROCESSING'));
  });

  test('a file that a client goes on with at this moment is not forgotten, though its time is over', async () => {
    const user = newUser();
    const { id } = (await client.create(user)).file;
    await knowledge.database.asSystem((em) => em.nativeUpdate(FileEntity, { id }, { uploadExpiresAt: new Date(0) }));
    await knowledge.database.asSystem(async (em) => {
      await em.execute('select id from knowledge.files where id = ? for update', [id]);
      await client.sweep();
      await em.nativeUpdate(FileEntity, { id }, { status: 'PROCESSING' });
    });
    await client.sweep();
    expect(await client.storage(user)).toEqual({ files: 1, bytes: content.length });
  });
});
