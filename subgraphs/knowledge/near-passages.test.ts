/** The nearest of many passages: with an HNSW index of the tenant and without, what is found is the user's own. */
import { randomUUID } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { arrayLiteral } from '#kernel/database/array-literal.ts';
import { callFunctionIn } from '#kernel/database/call-function.ts';
import { identityOf, type KnowledgeFixture, openKnowledgeFixture } from './knowledge.fixture.ts';

const dimensions = 4;
const model = 'acme/one';
const most = 50;
const stack = new AsyncDisposableStack();
let knowledge: KnowledgeFixture;
beforeAll(async () => {
  knowledge = stack.use(await openKnowledgeFixture());
});
afterAll(() => stack.disposeAsync());

/**
 * A collection of so many passages of a new user, in one document. Their vectors follow from `seed` and are scattered:
 * an HNSW index is built with chance in it, and of vectors along a curve, one in ten misses what is near to a question.
 */
const addPassages = async (tenantId: string, count: number, seed: number) => {
  const user = identityOf(tenantId, { userId: randomUUID() });
  const fileId = await knowledge.addFile(user, 'a.txt');
  const [collectionId, indexId] = [uuidv7(), uuidv7()];
  await knowledge.database.asSystem(async (em) => {
    await em.execute(
      `insert into knowledge.collections (id, tenant_id, owner_id, name, access, embedding_model)
        values (?, ?, ?, 'c', 'PRIVATE', ?)`,
      [collectionId, tenantId, user.userId, model],
    );
    await em.execute('insert into knowledge.collection_documents values (?, ?, ?, ?)', [
      ...[tenantId, collectionId, fileId, user.userId],
    ]);
    await em.execute(
      `insert into knowledge.document_indexes (id, tenant_id, file_id, model, status, dimensions, chunk_count)
        values (?, ?, ?, ?, 'READY', ?, ?)`,
      [indexId, tenantId, fileId, model, dimensions, count],
    );
    await em.execute(
      `insert into knowledge.chunks (tenant_id, index_id, ordinal, heading, content, terms, embedding)
        select ?, ?, place, '', '', '', knowledge.l2_normalize((
          select array_agg(sin(sin(place * factor + ?) * 43758.5453)) from unnest(array[12.9898, 78.233, 37.719, 93.989])
            as factor)::knowledge.vector)
        from generate_series(1, ?::integer) as place`,
      [tenantId, indexId, seed, count],
    );
  });
  return { user, collectionId, indexId };
};
type Passages = Awaited<ReturnType<typeof addPassages>>;

const questions = [
  [1, 0, 0, 0],
  [0, 1, 0, 0],
  [0.5, 0.5, 0.5, 0.5],
  [-0.6, 0, 0.8, 0],
].map((one) => `[${one.join()}]`);

const search = async (of: Passages, collections: readonly Passages[], vector: string) =>
  (await callFunctionIn(knowledge.database.forTenant(of.user.tenantId), {
    name: 'knowledge.search_vectors',
    parameters: {
      ...{ a_user: of.user.userId, a_model: model, a_vector: vector, a_dimensions: dimensions, a_most: most },
      a_collections: arrayLiteral(collections.map(({ collectionId }) => collectionId)),
    },
  })) as readonly { index_id: string; ordinal: number; score: number }[];

/** By comparing each passage. */
const exact = ({ indexId }: Passages, vector: string) =>
  knowledge.database.asSystem((em) =>
    em.execute<{ ordinal: number }[]>(
      `select ordinal from knowledge.chunks where index_id = ?
        order by embedding OPERATOR(knowledge.<#>) ?::knowledge.vector, ordinal limit ?`,
      [indexId, vector, most],
    ),
  );

/** Of the nearest passages, the share that was found. Everything that was found has to be of `of`. */
const recall = async (of: Passages, collections: readonly Passages[]): Promise<number> => {
  let found = 0;
  for (const question of questions) {
    const hits = await search(of, collections, question);
    expect(hits.map(({ index_id }) => index_id)).toEqual(hits.map(() => of.indexId));
    expect(hits).toHaveLength(most);
    expect(hits.map(({ score }) => score)).toEqual(hits.map(({ score }) => score).toSorted((a, b) => b - a));
    const ordinals = new Set(hits.map(({ ordinal }) => ordinal));
    found += (await exact(of, question)).filter(({ ordinal }) => ordinals.has(ordinal)).length;
  }
  return found / (questions.length * most);
};

/** As the operator, who may make and see what services may not. */
const asOperator = <Row extends object>(...statements: readonly string[]): Promise<readonly Row[]> =>
  knowledge.database.asSystem(async (em) => {
    await em.execute('set local role none');
    let rows: readonly Row[] = [];
    for (const statement of statements) rows = await em.execute<Row[]>(statement);
    return rows;
  });

/** How often the index was searched. */
const scans = async (): Promise<number> => {
  // At the end of this transaction.
  await asOperator('select pg_stat_force_next_flush()');
  const [row] = await asOperator<{ scans: string }>(
    `select pg_stat_get_numscans('knowledge.chunks_near'::regclass) as scans`,
  );
  return Number(row?.scans);
};

test('many passages are found by an index of their tenant, few by comparing each, and each user finds his own', {
  timeout: 240_000,
}, async () => {
  const [large, small] = [randomUUID(), randomUUID()];
  const many = await addPassages(large, 20_000, 0);
  const few = await addPassages(large, 240, 0.2);
  const other = await addPassages(small, 240, 0.1);
  const everything = [many, few, other];
  for (const of of everything) expect(await recall(of, everything)).toBe(1);
  await asOperator(
    'drop index if exists knowledge.chunks_near',
    `create index chunks_near on knowledge.chunks
      using hnsw ((embedding::knowledge.vector(${dimensions})) knowledge.vector_ip_ops)
      where tenant_id = '${large}' and knowledge.vector_dims(embedding) = ${dimensions}`,
    'analyze knowledge.chunks',
  );
  for (const of of [few, other]) expect(await recall(of, everything)).toBe(1);
  expect(await scans()).toBe(0);
  expect(await recall(many, everything)).toBeGreaterThan(0.9);
  expect(await scans()).toBe(questions.length);
});
