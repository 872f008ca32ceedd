/** Files from their creation to their deletion, as clients and workers see them. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fileKey, previewKey, quarantineKey, textKey } from '#contracts/blob-keys.ts';
import type { Identity } from '#contracts/identity.ts';
import { storageLimits } from '#contracts/storage-limits.ts';
import { createLogger } from '#kernel/log.ts';
import { FileEntity } from './entities.ts';
import { sweepFiles } from './files/sweep-files.ts';
import {
  acme,
  createMutation,
  globex,
  identityOf,
  type KnowledgeFixture,
  openKnowledgeFixture,
  sha256Of,
} from './knowledge.fixture.ts';

const silent = createLogger('knowledge', 'silent');
const content = Buffer.from('The quick brown fox');
const newUser = (more: Partial<Identity> = {}, tenantId = acme): Identity =>
  identityOf(tenantId, { userId: randomUUID(), ...more });

const fileQuery = `query ($id: ID!) { file(id: $id) {
  id name mediaType byteSize kind status failure { code message } pageCount textLength downloadUrl previewUrl
  owner { id } createdAt } }`;
const completeMutation = 'mutation ($id: ID!) { completeFile(id: $id) { id status } }';
const deleteMutation = 'mutation ($id: ID!) { deleteFile(id: $id) }';

const termsOf = (more: object = {}) => ({
  name: 'notes.txt',
  mediaType: 'text/plain',
  byteSize: content.length,
  sha256: sha256Of(content),
  ...more,
});

const found = { mediaType: 'text/plain', kind: 'TEXT', pageCount: null, textLength: 19, hasPreview: false } as const;

describe('files', () => {
  let knowledge: KnowledgeFixture;
  const stack = new AsyncDisposableStack();
  beforeAll(async () => {
    knowledge = stack.use(await openKnowledgeFixture());
  });
  afterAll(() => stack.disposeAsync());

  const complete = async (user: Identity, id: string) => knowledge.execute(user, completeMutation, { id });
  const read = async (user: Identity, id: string) => (await knowledge.execute(user, fileQuery, { id })).data.file;
  /** Uploads, completes, and plays the worker. */
  const ready = async (user: Identity): Promise<string> => {
    const id = await knowledge.upload(user, content);
    await complete(user, id);
    const { tenantId, userId } = user;
    await knowledge.nextJob();
    for (const key of [fileKey({ tenantId, fileId: id }), textKey({ tenantId, fileId: id })]) {
      await knowledge.ports.blobs.put(key, content, 'text/plain');
    }
    await knowledge.ingested({ tenantId, userId, fileId: id, content: found });
    await expect.poll(async () => (await read(user, id)).status).toBe('READY');
    return id;
  };

  test('another service gets a link to a file of the identity’s own that is READY, and to no other', async () => {
    const [user, stranger] = [newUser(), newUser({ roles: ['ADMIN'] })];
    const id = await ready(user);
    const awaited = await knowledge.upload(user, content);
    const query = 'query ($id: ID!, $preview: Boolean!) { fileLink(id: $id, preview: $preview, seconds: 7) }';
    const link = async (who: Identity, file = id, preview = false) =>
      (await knowledge.execute({ ...who, service: 'conversations' }, query, { id: file, preview })).data.fileLink;
    const url = await link(user);
    expect(await (await fetch(knowledge.absolute(url))).text()).toBe(String(content));
    const expiresInMs = Number(new URL(url, 'http://x').searchParams.get('expires')) - Date.now();
    expect(expiresInMs).toBeLessThanOrEqual(7_000);
    expect(await link(user, id, true)).toBeNull();
    expect(await link(user, awaited)).toBeNull();
    expect(await link(stranger)).toBeNull();
    expect(await link({ ...user, tenantId: globex })).toBeNull();
    const refused = await knowledge.execute(user, query, { id, preview: false });
    expect(refused.errors[0]?.extensions.code).toBe('FORBIDDEN');
    await knowledge.execute(user, deleteMutation, { id });
    expect(await link(user)).toBeNull();
    expect((await fetch(knowledge.absolute(url))).status).toBe(404);
  });

  test('an upload is quarantined, then a job has a worker look at it, and its owner watches it become ready', async () => {
    const user = newUser();
    const { tenantId, userId } = user;
    const id = await knowledge.upload(user, content, '../../etc/Längen\u202E maß.txt');
    expect(await read(user, id)).toMatchObject({
      status: 'AWAITING_UPLOAD',
      name: 'Längen maß.txt',
      downloadUrl: null,
    });
    const changes = await knowledge.watch(user, `subscription { fileChanged(id: "${id}") { status textLength } }`);
    expect((await changes.next()).value).toMatchObject({ data: { fileChanged: { status: 'AWAITING_UPLOAD' } } });
    expect((await complete(user, id)).data).toEqual({ completeFile: { id, status: 'PROCESSING' } });
    // Completing it again changes nothing.
    expect((await complete(user, id)).data).toEqual({ completeFile: { id, status: 'PROCESSING' } });
    const job = await knowledge.nextJob();
    expect(job).toEqual({
      ...{ kind: 'ingest', parts: 0 },
      ...{ tenantId, userId, fileId: id, name: 'Längen maß.txt', declaredType: 'text/plain', purpose: 'CONTENT' },
      byteSize: content.length,
      sha256: sha256Of(content),
      limits: { pages: storageLimits.PRO.pages, characters: storageLimits.PRO.characters },
    });
    const key = fileKey({ tenantId, fileId: id });
    await knowledge.ports.blobs.copy(quarantineKey({ tenantId, fileId: id }), key);
    await knowledge.ingested({ tenantId, userId, fileId: id, content: found });
    let last: unknown;
    for await (const { data } of changes) {
      last = data?.['fileChanged'];
      if (JSON.stringify(last).includes('READY')) break;
    }
    expect(last).toEqual({ status: 'READY', textLength: 19 });
    const file = await read(user, id);
    expect(file).toMatchObject({ kind: 'TEXT', byteSize: 19, failure: null, owner: { id: userId }, previewUrl: null });
    const downloaded = await fetch(knowledge.absolute(file.downloadUrl));
    expect(await downloaded.text()).toBe(String(content));
    expect(downloaded.headers.get('content-disposition')).toContain(
      'attachment; filename="L_ngen ma_.txt"; filename*=UTF-8\'\'L%C3%A4ngen%20ma%C3%9F.txt',
    );
    expect(await knowledge.ports.blobs.exists(quarantineKey({ tenantId, fileId: id }))).toBe(false);
    // A result that comes late changes nothing.
    await knowledge.ingested({ tenantId, userId, fileId: id, failure: { code: 'DAMAGED', message: 'Late.' } });
    await expect.poll(async () => (await knowledge.ports.broker.depth('knowledge.results')).ready).toBe(0);
    expect((await read(user, id)).status).toBe('READY');
  });

  test('what fails gives its bytes back, is deleted, and says why', async () => {
    const user = newUser();
    const { tenantId, userId } = user;
    const id = await knowledge.upload(user, content);
    await complete(user, id);
    await knowledge.nextJob();
    const failure = { code: 'NO_TEXT', message: 'The file has no text.' } as const;
    await knowledge.ingested({ tenantId, userId, fileId: id, failure });
    await expect.poll(async () => (await read(user, id)).status).toBe('FAILED');
    expect(await read(user, id)).toMatchObject({ failure, downloadUrl: null });
    await expect.poll(() => knowledge.ports.blobs.exists(quarantineKey({ tenantId, fileId: id }))).toBe(false);
    const [used] = await knowledge.database.asSystem((em) =>
      em.execute('select bytes, files from knowledge.storage where user_id = ?', [userId]),
    );
    expect(used).toEqual({ bytes: 0, files: 0 });
    // Deleting it gives nothing back twice.
    const other = await knowledge.upload(user, content);
    expect((await knowledge.execute(user, deleteMutation, { id })).data).toEqual({ deleteFile: id });
    const [left] = await knowledge.database.asSystem((em) =>
      em.execute('select bytes, files from knowledge.storage where user_id = ?', [userId]),
    );
    expect(left).toEqual({ bytes: content.length, files: 1 });
    expect((await read(user, other)).status).toBe('AWAITING_UPLOAD');
  });

  test('bytes that are missing or others are refused and can be uploaded again', async () => {
    const user = newUser();
    const { data } = await knowledge.execute(user, createMutation, termsOf());
    const { file, url, headers } = data.createFile;
    const missing = await complete(user, file.id);
    expect(missing.errors[0]).toMatchObject({
      message: expect.stringContaining('Nothing was uploaded'),
      extensions: { code: 'BAD_USER_INPUT', argument: 'id' },
    });
    // As a store that checks no signature would take it.
    const key = quarantineKey({ tenantId: user.tenantId, fileId: file.id });
    await knowledge.ports.blobs.put(key, Buffer.from('The quick brown fix'), 'text/plain');
    expect((await complete(user, file.id)).errors[0]?.extensions.code).toBe('BAD_USER_INPUT');
    const sent = headers.map(({ name, value }: { name: string; value: string }) => [name, value]);
    const again = await fetch(knowledge.absolute(url), { method: 'PUT', headers: sent, body: content });
    expect(again.status).toBe(201);
    expect((await complete(user, file.id)).data.completeFile.status).toBe('PROCESSING');
    await knowledge.nextJob();
  });

  test('a deleted file is gone with its blobs, and its URLs lead to nothing', async () => {
    const user = newUser();
    const { tenantId } = user;
    const id = await ready(user);
    const { downloadUrl } = await read(user, id);
    expect((await fetch(knowledge.absolute(downloadUrl))).status).toBe(200);
    await knowledge.execute(user, deleteMutation, { id });
    expect((await fetch(knowledge.absolute(downloadUrl))).status).toBe(404);
    expect(await read(user, id)).toBeNull();
    for (const key of [fileKey, textKey, quarantineKey, previewKey].map((keyOf) => keyOf({ tenantId, fileId: id }))) {
      expect([key, await knowledge.ports.blobs.exists(key)]).toEqual([key, false]);
    }
    const representations = [{ __typename: 'File', id }];
    const query = `query ($representations: [_Any!]!) { _entities(representations: $representations) {
      ... on File { id name status byteSize downloadUrl owner { id } } } }`;
    expect((await knowledge.execute(user, query, { representations })).data._entities).toEqual([
      { id, name: '[file deleted]', status: 'DELETED', byteSize: 0, downloadUrl: null, owner: null },
    ]);
    expect((await knowledge.execute(user, deleteMutation, { id })).errors[0]?.extensions.code).toBe('NOT_FOUND');
    // A worker that was still at it writes its blobs, and they go when its event comes.
    await knowledge.ports.blobs.put(textKey({ tenantId, fileId: id }), content, 'text/plain');
    await knowledge.ingested({ tenantId, userId: user.userId, fileId: id, content: found });
    await expect.poll(() => knowledge.ports.blobs.exists(textKey({ tenantId, fileId: id }))).toBe(false);
  });

  test('what a deleted file could still be sent is deleted when its URL has ended', async () => {
    const user = newUser();
    const { data } = await knowledge.execute(user, createMutation, termsOf());
    const { file, url, headers } = data.createFile;
    await knowledge.execute(user, deleteMutation, { id: file.id });
    const sent = headers.map(({ name, value }: { name: string; value: string }) => [name, value]);
    expect((await fetch(knowledge.absolute(url), { method: 'PUT', headers: sent, body: content })).status).toBe(201);
    const key = quarantineKey({ tenantId: user.tenantId, fileId: file.id });
    await knowledge.database.asSystem((em) =>
      em.execute(`update knowledge.doomed_blobs set due_at = now() where key = ?`, [key]),
    );
    await sweepFiles({ ...knowledge, ...knowledge.ports, logger: silent });
    expect(await knowledge.ports.blobs.exists(key)).toBe(false);
  });

  test('an upload that never comes is forgotten and gives its bytes back', async () => {
    const user = newUser();
    const id = await knowledge.upload(user, content);
    const past = new Date(Date.now() - 3_600_000);
    await knowledge.database.asSystem((em) => em.nativeUpdate(FileEntity, { id }, { uploadExpiresAt: past }));
    await sweepFiles({ ...knowledge, ...knowledge.ports, logger: silent });
    expect(await read(user, id)).toBeNull();
    expect(await knowledge.ports.blobs.exists(quarantineKey({ tenantId: user.tenantId, fileId: id }))).toBe(false);
    const [used] = await knowledge.database.asSystem((em) =>
      em.execute('select bytes from knowledge.storage where user_id = ?', [user.userId]),
    );
    expect(used).toEqual({ bytes: 0 });
  });

  test('nobody else finds, watches, completes, lists or deletes a file; administrators see what is no content', async () => {
    const user = newUser();
    const id = await ready(user);
    const admin = newUser({ roles: ['USER', 'ADMIN'] });
    const strangers = [newUser(), newUser({ roles: ['USER', 'ADMIN'] }, globex), { ...user, tenantId: globex }];
    for (const stranger of strangers) {
      expect(await read(stranger, id)).toBeNull();
      for (const mutation of [completeMutation, deleteMutation]) {
        const { errors } = await knowledge.execute(stranger, mutation, { id });
        expect(errors[0]?.extensions.code).toBe('NOT_FOUND');
      }
      const changes = await knowledge.watch(stranger, `subscription { fileChanged(id: "${id}") { name } }`);
      expect((await changes.next()).value).toMatchObject({ errors: [{ extensions: { code: 'NOT_FOUND' } }] });
      const representations = [{ __typename: 'File', id }];
      const entities = `query ($representations: [_Any!]!) { _entities(representations: $representations) {
        ... on File { name status mediaType } } }`;
      expect((await knowledge.execute(stranger, entities, { representations })).data._entities).toEqual([
        { name: '[file deleted]', status: 'DELETED', mediaType: 'application/octet-stream' },
      ]);
      expect((await knowledge.execute(stranger, '{ files { edges { node { id } } } }')).data.files.edges).toEqual([]);
    }
    expect(await read(admin, id)).toMatchObject({ byteSize: 19, status: 'READY', downloadUrl: null, previewUrl: null });
    expect((await knowledge.execute(admin, deleteMutation, { id })).errors[0]?.extensions.code).toBe('NOT_FOUND');
    const ofUser = `query ($userId: ID!) { files(filter: { userId: $userId }) { edges { node { id } } } }`;
    const listed = await knowledge.execute(admin, ofUser, { userId: user.userId });
    expect(listed.data.files.edges).toEqual([{ node: { id } }]);
    const refused = await knowledge.execute(newUser(), ofUser, { userId: user.userId });
    expect(refused.errors[0]?.extensions.code).toBe('FORBIDDEN');
    const ofAll = '{ files(filter: { everybody: true }) { edges { node { id } } } }';
    expect((await knowledge.execute(newUser(), ofAll)).errors[0]?.extensions.code).toBe('FORBIDDEN');
    expect((await knowledge.execute(admin, ofAll)).data.files.edges).toContainEqual({ node: { id } });
    const foreign = newUser({ roles: ['USER', 'ADMIN'] }, globex);
    expect((await knowledge.execute(foreign, ofAll)).data.files.edges).not.toContainEqual({ node: { id } });
  });

  test('files are listed newest first, by state, kind and part of their name', async () => {
    const user = newUser();
    const ids: string[] = [];
    for (const name of ['a.txt', '100%.txt', 'c.pdf']) ids.unshift(await knowledge.upload(user, content, name));
    const names = async (args: string): Promise<unknown> => {
      const query = `{ files(${args}) { edges { node { name } cursor } pageInfo { hasNextPage endCursor } } }`;
      const { data, errors } = await knowledge.execute(user, query);
      return errors[0]?.extensions ?? data.files.edges.map(({ node }: { node: { name: string } }) => node.name);
    };
    expect(await names('first: 10')).toEqual(['c.pdf', '100%.txt', 'a.txt']);
    expect(await names('filter: { name: "%" }')).toEqual(['100%.txt']);
    expect(await names('filter: { name: "PDF" }')).toEqual(['c.pdf']);
    expect(await names('filter: { status: READY }')).toEqual([]);
    expect(await names('filter: { kind: TEXT }')).toEqual(['c.pdf', '100%.txt', 'a.txt']);
    const query = '{ files(first: 2) { pageInfo { hasNextPage endCursor } } }';
    const { endCursor } = (await knowledge.execute(user, query)).data.files.pageInfo;
    expect(await names(`first: 2, after: "${endCursor}"`)).toEqual(['a.txt']);
    expect(await names('last: 2')).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'last' });
    expect(await names('filter: { userId: "x" }')).toMatchObject({ argument: 'filter.userId' });
  });
});
