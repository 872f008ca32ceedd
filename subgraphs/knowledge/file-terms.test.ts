/** What a file may be, how much of it is stored, and what happens while the blob store is away. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Identity } from '#contracts/identity.ts';
import { storageLimits } from '#contracts/storage-limits.ts';
import { startS3 } from '#tests/services/s3.ts';
import { startTcpProxy } from '#tests/services/tcp-proxy.ts';
import { FileEntity, TenantStorageEntity } from './entities.ts';
import {
  acme,
  createMutation,
  globex,
  identityOf,
  type KnowledgeFixture,
  openKnowledgeFixture,
  sha256Of,
} from './knowledge.fixture.ts';

const content = Buffer.from('The quick brown fox');
const newUser = (more: Partial<Identity> = {}, tenantId = acme): Identity =>
  identityOf(tenantId, { userId: randomUUID(), ...more });
const completeMutation = 'mutation ($id: ID!) { completeFile(id: $id) { id status } }';

const termsOf = (more: object = {}) => ({
  name: 'notes.txt',
  mediaType: 'text/plain',
  byteSize: content.length,
  sha256: sha256Of(content),
  ...more,
});

describe('what is announced', () => {
  let knowledge: KnowledgeFixture;
  const stack = new AsyncDisposableStack();
  beforeAll(async () => {
    knowledge = stack.use(await openKnowledgeFixture());
  });
  afterAll(() => stack.disposeAsync());

  test.each([
    [{ name: ' \u0007/ ' }, 'name'],
    [{ name: 'x'.repeat(256) }, 'name'],
    [{ mediaType: 'text' }, 'mediaType'],
    [{ mediaType: `text/${'x'.repeat(200)}` }, 'mediaType'],
    [{ byteSize: 0 }, 'byteSize'],
    [{ byteSize: -5 }, 'byteSize'],
    [{ sha256: 'abc' }, 'sha256'],
  ])('refuses %o', async (wrong, argument) => {
    const { errors } = await knowledge.execute(newUser(), createMutation, termsOf(wrong));
    expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument });
  });

  test('users see what their files take, and administrators what those of all take, the largest first', async () => {
    const [some, more] = [newUser({}, globex), newUser({}, globex)];
    for (const [user, byteSize] of [
      [some, 10],
      [more, 30],
      [more, 5],
    ] as const) {
      await knowledge.execute(user, createMutation, termsOf({ byteSize }));
    }
    const { data } = await knowledge.execute(more, '{ fileStorage { files bytes maxBytes user { id } } }');
    const maxBytes = storageLimits.PRO.userBytes;
    expect(data.fileStorage).toEqual({ files: 2, bytes: 35, maxBytes, user: { id: more.userId } });
    expect((await knowledge.execute(newUser(), '{ fileStorage { files bytes } }')).data).toEqual({
      fileStorage: { files: 0, bytes: 0 },
    });
    const list = (page: string) => `{ fileStorageByUser(${page}) {
      edges { cursor node { bytes user { id } } } pageInfo { hasNextPage } } }`;
    const admin = newUser({ roles: ['USER', 'ADMIN'] }, globex);
    const first = (await knowledge.execute(admin, list('first: 1'))).data.fileStorageByUser;
    expect(first).toMatchObject({
      edges: [{ node: { bytes: 35, user: { id: more.userId } } }],
      pageInfo: { hasNextPage: true },
    });
    const rest = (await knowledge.execute(admin, list(`first: 5, after: "${first.edges[0].cursor}"`))).data;
    expect(rest.fileStorageByUser.edges).toMatchObject([{ node: { bytes: 10, user: { id: some.userId } } }]);
    expect((await knowledge.execute(some, list('first: 1'))).errors[0]?.extensions.code).toBe('FORBIDDEN');
  });

  test('a file is at most as large as the plan allows, and an import may be larger', async () => {
    const user = newUser();
    const byteSize = storageLimits.PRO.fileBytes.CONTENT + 1;
    const { errors } = await knowledge.execute(user, createMutation, termsOf({ byteSize }));
    expect(errors[0]?.extensions).toMatchObject({ code: 'PAYLOAD_TOO_LARGE', maxBytes: byteSize - 1 });
    const importing = createMutation.replace('sha256: $sha256)', 'sha256: $sha256, purpose: IMPORT)');
    const { data } = await knowledge.execute(user, importing, termsOf({ byteSize, mediaType: 'application/json' }));
    expect(data.createFile.file.status).toBe('AWAITING_UPLOAD');
  });
});

test('the storage of users and tenants is never exceeded, however many files are created at once', async () => {
  await using knowledge = await openKnowledgeFixture({ engine: 'postgresql' });
  knowledge.plan = 'FREE';
  const { userBytes, tenantBytes, fileBytes } = storageLimits.FREE;
  const byteSize = fileBytes.CONTENT;
  const create = async (user: Identity) => {
    const { errors } = await knowledge.execute(user, createMutation, termsOf({ byteSize, name: randomUUID() }));
    return errors[0]?.extensions.quota ?? errors[0]?.extensions.code ?? 'CREATED';
  };
  const user = newUser();
  const fit = Math.floor(userBytes / byteSize);
  const outcomes = await Promise.all(Array.from({ length: fit + 5 }, () => create(user)));
  expect(outcomes.toSorted()).toEqual([
    ...Array.from({ length: fit }, () => 'CREATED'),
    ...Array.from({ length: 5 }, () => 'USER_FILES'),
  ]);
  // The bytes that a refused file did not get are there for others.
  const [sum] = await knowledge.database.asSystem((em) => em.find(TenantStorageEntity, {}));
  expect(sum?.bytes).toBe(fit * byteSize);
  const others = Math.floor(tenantBytes / byteSize) - fit;
  const rest = await Promise.all(Array.from({ length: others + 3 }, () => create(newUser())));
  expect(rest.filter((outcome) => outcome === 'CREATED')).toHaveLength(others);
  expect(rest.filter((outcome) => outcome === 'TENANT_FILES')).toHaveLength(3);
  expect(await create(newUser({}, globex))).toBe('CREATED');
});

test('while the blob store is away nothing is created or completed, and nothing is half stored', async () => {
  await using store = await startS3('files');
  const storeUrl = new URL(store.url);
  await using wire = await startTcpProxy(storeUrl.searchParams.get('endpoint') ?? '');
  storeUrl.searchParams.set('endpoint', new URL(wire.url).origin);
  const { accessKeyId, secretAccessKey } = store.credentials;
  const environment = {
    BLOBS_URL: storeUrl.href,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
  };
  await using knowledge = await openKnowledgeFixture({ environment });
  const user = newUser();
  const id = await knowledge.upload(user, content);
  await wire.refuse();
  const refusal = await knowledge.execute(user, createMutation, termsOf());
  expect(refusal.errors[0]?.extensions).toMatchObject({ code: 'SUBGRAPH_UNAVAILABLE', retryAfterMs: 5_000 });
  expect((await knowledge.execute(user, completeMutation, { id })).errors[0]?.extensions.code).toBe(
    'SUBGRAPH_UNAVAILABLE',
  );
  const rows = await knowledge.database.asSystem((em) => em.find(FileEntity, {}));
  expect(rows.map(({ status }) => status)).toEqual(['AWAITING_UPLOAD']);
  const [used] = await knowledge.database.asSystem((em) => em.execute('select files from knowledge.storage'));
  expect(used).toEqual({ files: 1 });
  await wire.accept();
  expect((await knowledge.execute(user, completeMutation, { id })).data.completeFile.status).toBe('PROCESSING');
});
