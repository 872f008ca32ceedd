/** Collections, their documents and the search in them, as clients and workers see them. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type EmbedJob, embedJobSchema, embedQueue } from '#contracts/embed-job.ts';
import type { Identity } from '#contracts/identity.ts';
import type { Json } from '#kernel/broker/broker.ts';
import {
  acme,
  type Engine,
  globex,
  identityOf,
  type KnowledgeFixture,
  openKnowledgeFixture,
} from './knowledge.fixture.ts';

const newUser = (tenantId = acme, more: Partial<Identity> = {}): Identity =>
  identityOf(tenantId, { userId: randomUUID(), ...more });

const create = `mutation ($name: String!, $access: CollectionAccess, $readerIds: [ID!]) {
  createCollection(name: $name, access: $access, readerIds: $readerIds) { id access embeddingModel } }`;
const add = `mutation ($id: ID!, $files: [ID!]!) { addDocuments(collectionId: $id, fileIds: $files) { id documentCount } }`;
const read = `query ($id: ID!) { embeddingModels collection(id: $id) {
  name embeddingModel embeddingDimensions nextEmbeddingModel nextEmbeddedCount readers { id }
  documents { edges { node { file { id name } status failure chunkCount } } } } }`;
const search = `query ($ids: [ID!]!, $query: String!, $first: Int) {
  searchDocuments(collectionIds: $ids, query: $query, first: $first) {
    lanes hits { fileName page heading quote score wordScore vectorScore } } }`;

const engines: readonly Engine[] = ['pglite', 'postgresql'];

describe.each(engines)('collections on %s', (engine) => {
  let knowledge: KnowledgeFixture;
  const stack = new AsyncDisposableStack();
  beforeAll(async () => {
    knowledge = stack.use(await openKnowledgeFixture({ engine }));
  });
  afterAll(() => stack.disposeAsync());

  const newCollection = async (user: Identity, more: object = {}): Promise<string> => {
    const { data, errors } = await knowledge.execute(user, create, { name: 'Manuals', ...more });
    expect(errors).toEqual([]);
    return data.createCollection.id;
  };
  const documentsOf = async (user: Identity, id: string) => {
    const { data } = await knowledge.execute(user, read, { id });
    return data.collection.documents.edges.map(({ node }: { node: unknown }) => node);
  };
  /** A document of these passages, which are found. Returns the id of its file. */
  const newDocument = async (user: Identity, id: string, name: string, texts: readonly string[]): Promise<string> => {
    const file = await knowledge.addFile(user, name);
    expect((await knowledge.execute(user, add, { id, files: [file] })).errors).toEqual([]);
    await knowledge.embed(
      await knowledge.nextEmbedJob(),
      texts.map((text, index) => ({ text, page: index + 1 })),
    );
    await expect.poll(async () => (await documentsOf(user, id))[0].status).toBe('READY');
    return file;
  };
  const find = async (user: Identity, ids: readonly string[], query: string, first = 5) =>
    (await knowledge.execute(user, search, { ids, query, first })).data.searchDocuments;

  test('a document is embedded once, however many collections have it, and a result that comes twice doubles nothing', async () => {
    const user = newUser();
    const [one, two] = [await newCollection(user), await newCollection(user)];
    const file = await knowledge.addFile(user, 'pump-p20.pdf');
    await knowledge.execute(user, add, { id: one, files: [file] });
    expect(await documentsOf(user, one)).toMatchObject([{ file: { name: 'pump-p20.pdf' }, status: 'PROCESSING' }]);
    const job = await knowledge.nextEmbedJob();
    // Where the database takes no vectors, nothing is sent to a model.
    expect(job.model).toBe(engine === 'pglite' ? 'acme/one' : undefined);
    expect(job).toMatchObject({ fileId: file, userId: user.userId, fileName: 'pump-p20.pdf' });
    const passages = [
      { text: 'E-4711: the rotor is blocked.', page: 3, heading: 'Faults' },
      { text: 'Clean the strainer.' },
    ];
    const changes = await knowledge.watch(user, `subscription { collectionChanged(id: "${one}") { documentCount } }`);
    await changes.next();
    await knowledge.embed(job, passages);
    await changes.next();
    await changes.return?.();
    await knowledge.execute(user, add, { id: two, files: [file] });
    expect(await documentsOf(user, two)).toMatchObject([{ status: 'READY', chunkCount: 2 }]);
    await knowledge.embed(job, passages);
    await knowledge.embed({ ...job, indexId: randomUUID() }, passages);
    await expect.poll(() => knowledge.ports.broker.depth('knowledge.results')).toMatchObject({ ready: 0 });
    const { hits, lanes } = await find(user, [one, two], 'What is E-4711?');
    expect(hits.map(({ quote }: { quote: string }) => quote)).toEqual(
      engine === 'pglite' ? [passages[0]?.text, passages[1]?.text] : [passages[0]?.text],
    );
    expect(hits[0]).toMatchObject({ fileName: 'pump-p20.pdf', page: 3, heading: 'Faults' });
    // A later result replaces what was there.
    await knowledge.embed(job, [{ text: 'E-4711 was renamed.' }]);
    await expect
      .poll(async () => (await find(user, [one], 'E-4711')).hits.map(({ quote }: { quote: string }) => quote))
      .toEqual(['E-4711 was renamed.']);
    // PostgreSQL of the tests has no pgvector: words alone, and the result says so.
    expect(lanes).toEqual(engine === 'pglite' ? ['WORDS', 'VECTORS'] : ['WORDS']);
    expect(hits[0].vectorScore === null).toBe(engine === 'postgresql');
  });

  test('a file that is reported as read twice is embedded once, and once more where that failed', async () => {
    const user = newUser();
    const id = await newCollection(user);
    const fileId = await knowledge.upload(user, Buffer.from('A pump.'));
    await knowledge.execute(user, `mutation { completeFile(id: "${fileId}") { id } }`);
    await knowledge.nextJob();
    await knowledge.execute(user, add, { id, files: [fileId] });
    const content = { mediaType: 'text/plain', kind: 'TEXT', pageCount: 1, textLength: 7, hasPreview: false } as const;
    const { broker } = knowledge.ports;
    const isReported = () => expect.poll(() => broker.depth('knowledge.results')).toMatchObject({ ready: 0 });
    const jobs: EmbedJob[] = [];
    await using _ = await broker.consume<Json>(embedQueue, { prefetch: 1 }, async ({ body }) => {
      jobs.push(embedJobSchema.parse(body));
      return 'ack';
    });
    for (const _again of [1, 2, 3]) {
      await knowledge.ingested({ tenantId: user.tenantId, userId: user.userId, fileId, content });
      await isReported();
    }
    await knowledge.execute(user, add, { id: await newCollection(user), files: [fileId] });
    await expect.poll(() => jobs.map((job) => job.fileId)).toEqual([fileId]);
    const [job] = jobs;
    const { tenantId, userId, indexId } = job ?? { tenantId: '', userId: '', indexId: '' };
    const failed = { dimensions: 0, chunkCount: 0, tokens: 0, price: '0', durationMs: 1, failure: 'Too long.' };
    await broker.publish('events', 'document.embedded', indexId, { tenantId, userId, fileId, indexId, ...failed });
    await expect.poll(async () => (await documentsOf(user, id))[0].status).toBe('FAILED');
    await knowledge.execute(user, add, { id, files: [fileId] });
    await knowledge.ingested({ tenantId: user.tenantId, userId: user.userId, fileId, content });
    await isReported();
    await expect.poll(() => jobs.map((one) => one.indexId)).toEqual([indexId, indexId]);
  });

  test('finds an identifier beside one that differs by a digit, words in other forms, and scripts without spaces', async () => {
    const user = newUser();
    const id = await newCollection(user);
    const passages = {
      'E-4711 means that the rotor is blocked.': ['E-4711', 'e4711?', 'what is E 4711'],
      'E-4712 means that the winding is too hot.': ['E-4712'],
      'Die Kündigungsfristen betragen drei Monate.': ['Wie lang ist die Kündigungsfrist?', 'KUENDIGUNG Kündigung'],
      'フィルターは二週間に一度掃除します。': ['フィルターの掃除'],
      'Le loyer est payable par trimestre; null and void, {braces}, "quotes" \\ and commas.': [
        'loyers?',
        'null "void" {',
      ],
    };
    await newDocument(user, id, 'all.txt', Object.keys(passages));
    for (const [passage, questions] of Object.entries(passages)) {
      for (const question of questions) {
        const { hits } = await find(user, [id], question, 1);
        expect([question, hits[0]?.quote]).toEqual([question, passage]);
      }
    }
  });

  test('a follow-up is searched with what it refers to, which counts for less than the question', async () => {
    const user = newUser();
    const id = await newCollection(user);
    await newDocument(user, id, 'leases.txt', [
      'The notice of the office is six months.',
      'The notice of the warehouse is a year.',
      'The warehouse has four gates.',
      'The office has a kitchen.',
    ]);
    const ask = `query ($ids: [ID!]!, $query: String!, $context: [String!]) {
      searchDocuments(collectionIds: $ids, query: $query, context: $context, first: 1) { hits { quote } } }`;
    const firstOf = async (query: string, context: readonly string[]) =>
      (await knowledge.execute(user, ask, { ids: [id], query, context })).data.searchDocuments.hits[0].quote;
    const context = ['How long is the notice of the office?', 'Six months.'];
    expect(await firstOf('And for the warehouse?', context)).toBe('The notice of the warehouse is a year.');
    // Without its context, this question has no word that a passage could have.
    expect(await firstOf('And how long is it?', ['The notice of the warehouse.'])).toBe(
      'The notice of the warehouse is a year.',
    );
    expect(await firstOf('Does it have a kitchen?', context)).toBe('The office has a kitchen.');
    const { errors } = await knowledge.execute(user, ask, { ids: [id], query: 'x', context: ['y'.repeat(2_001)] });
    expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'context' });
  });

  test('nobody finds, reads or changes what is not his: access decides inside the search', async () => {
    const [owner, listed, other] = [newUser(), newUser(), newUser()];
    const foreign = newUser(globex, { userId: owner.userId });
    const admin = newUser(acme, { roles: ['ADMIN'] });
    const ids = {
      PRIVATE: await newCollection(owner, { access: 'PRIVATE', readerIds: [listed.userId] }),
      LISTED: await newCollection(owner, { access: 'LISTED', readerIds: [listed.userId] }),
      TENANT: await newCollection(owner, { access: 'TENANT' }),
    };
    for (const [access, id] of Object.entries(ids))
      await newDocument(owner, id, `${access}.txt`, [`Secret of ${access}`]);
    const found = async (user: Identity): Promise<string[]> => {
      const { hits } = await find(user, Object.values(ids), 'secret');
      return hits.map(({ fileName }: { fileName: string }) => fileName).toSorted();
    };
    expect(await found(owner)).toEqual(['LISTED.txt', 'PRIVATE.txt', 'TENANT.txt']);
    expect(await found(listed)).toEqual(['LISTED.txt', 'TENANT.txt']);
    expect(await found(other)).toEqual(['TENANT.txt']);
    expect(await found(admin)).toEqual(['TENANT.txt']);
    expect(await found(foreign)).toEqual([]);
    expect((await knowledge.execute(foreign, read, { id: ids.TENANT })).data.collection).toBeNull();
    expect((await knowledge.execute(other, read, { id: ids.LISTED })).data.collection).toBeNull();
    // Readers see the names of documents, and not who else reads.
    expect((await knowledge.execute(listed, read, { id: ids.LISTED })).data.collection).toMatchObject({
      readers: [],
      documents: { edges: [{ node: { file: { name: 'LISTED.txt' } } }] },
    });
    const codeOf = async (user: Identity, mutation: string) =>
      (await knowledge.execute(user, mutation)).errors[0]?.extensions.code;
    const rename = (id: string) => `mutation { updateCollection(id: "${id}", name: "Mine") { id } }`;
    expect(await codeOf(other, rename(ids.LISTED))).toBe('NOT_FOUND');
    expect(await codeOf(listed, rename(ids.LISTED))).toBe('FORBIDDEN');
    expect(await codeOf(admin, rename(ids.PRIVATE))).toBe('NOT_FOUND');
    expect(await codeOf(admin, rename(ids.LISTED))).toBeUndefined();
    expect(await codeOf(foreign, `mutation { deleteCollection(id: "${ids.TENANT}") }`)).toBe('NOT_FOUND');
    // Nobody puts the file of another into a collection, where he could read it.
    const file = await knowledge.addFile(owner, 'mine.txt');
    const own = await newCollection(other);
    expect((await knowledge.execute(other, add, { id: own, files: [file] })).errors[0]?.extensions.code).toBe(
      'NOT_FOUND',
    );
  });

  test('another model takes over when it has embedded everything, without a gap', async () => {
    const user = newUser();
    const id = await newCollection(user);
    const indexOf = async () => (await knowledge.execute(user, read, { id })).data.collection;
    expect(await indexOf()).toMatchObject({ embeddingDimensions: null, nextEmbeddedCount: null });
    await newDocument(user, id, 'a.txt', ['Alpha is the first.']);
    await newDocument(user, id, 'b.txt', ['Beta is the second.']);
    expect((await knowledge.execute(user, read, { id })).data.embeddingModels).toEqual([
      ...['acme/one', expect.stringContaining('/'), 'acme/two'],
    ]);
    // Where the database takes no vectors, they have no length.
    const dimensions = engine === 'pglite' ? expect.any(Number) : null;
    expect(await indexOf()).toMatchObject({ embeddingDimensions: dimensions, nextEmbeddedCount: null });
    const reindex = `mutation ($id: ID!) { reindexCollection(id: $id, embeddingModel: "acme/two") { nextEmbeddingModel } }`;
    expect((await knowledge.execute(user, reindex, { id })).data.reindexCollection.nextEmbeddingModel).toBe('acme/two');
    expect((await find(user, [id], 'alpha', 1)).hits).toMatchObject([{ fileName: 'a.txt' }]);
    expect(await indexOf()).toMatchObject({ embeddingModel: 'acme/one', nextEmbeddedCount: 0 });
    const texts = { 'a.txt': 'Alpha is the first.', 'b.txt': 'Beta is the second.' };
    const embedNext = async () => {
      const job = await knowledge.nextEmbedJob();
      const [, text = ''] = Object.entries(texts).find(([name]) => name === job.fileName) ?? [];
      await knowledge.embed(job, [{ text }]);
    };
    await embedNext();
    await expect.poll(indexOf).toMatchObject({ embeddingModel: 'acme/one', nextEmbeddedCount: 1 });
    await embedNext();
    await expect
      .poll(indexOf)
      .toMatchObject({ embeddingModel: 'acme/two', nextEmbeddingModel: null, nextEmbeddedCount: null });
    expect((await find(user, [id], 'alpha', 1)).hits).toMatchObject([{ fileName: 'a.txt' }]);
    const rows = await knowledge.database.asSystem((em) => em.execute('select model from knowledge.document_indexes'));
    expect(rows.filter(({ model }: { model?: string }) => model === 'acme/two')).toHaveLength(2);
  });

  test('what is taken out, or whose file is deleted, is found no more', async () => {
    const user = newUser();
    const id = await newCollection(user);
    const one = await newDocument(user, id, 'one.txt', ['Zebra one']);
    const two = await newDocument(user, id, 'two.txt', ['Zebra two']);
    await knowledge.execute(user, `mutation { removeDocument(collectionId: "${id}", fileId: "${one}") { id } }`);
    expect((await find(user, [id], 'zebra')).hits).toMatchObject([{ fileName: 'two.txt' }]);
    await knowledge.execute(user, `mutation { deleteFile(id: "${two}") }`);
    expect((await find(user, [id], 'zebra')).hits).toEqual([]);
    const left = await knowledge.database.asSystem((em) =>
      em.execute('select from knowledge.document_indexes where file_id = any(?)', [`{${one},${two}}`]),
    );
    expect(left).toHaveLength(0);
  });

  test('no model is asked for a question where no document can be found', async () => {
    const user = newUser();
    const id = await newCollection(user);
    const file = await knowledge.addFile(user, 'one.txt');
    expect((await knowledge.execute(user, add, { id, files: [file] })).errors).toEqual([]);
    await knowledge.nextEmbedJob();
    const asked = knowledge.embeddings.requests.length;
    expect((await find(user, [id], 'giraffe')).hits).toEqual([]);
    expect(knowledge.embeddings.requests.length).toBe(asked);
  });

  test('words alone decide while the model does not respond', async () => {
    const user = newUser();
    const id = await newCollection(user);
    await newDocument(user, id, 'one.txt', ['Giraffe']);
    knowledge.embeddings.faults.push((response) => response.writeHead(401).end());
    const { hits, lanes } = await find(user, [id], 'giraffe');
    knowledge.embeddings.faults.length = 0;
    expect(hits).toHaveLength(1);
    expect(lanes).toEqual(['WORDS']);
  });
});
