/** A search whose passages a reranking model puts in order, over the subgraph's API. */
import { createServer } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { listen } from '#kernel/process/listen.ts';
import { identityOf, type KnowledgeFixture, openKnowledgeFixture } from './knowledge.fixture.ts';

const requestSchema = z.object({ query: z.string(), documents: z.array(z.string()) });
const asked: z.infer<typeof requestSchema>[] = [];
let isDown = false;
let knowledge: KnowledgeFixture;
const stack = new AsyncDisposableStack();

beforeAll(async () => {
  // The longer a passage, the better it is.
  const server = createServer(async (request, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(Buffer.from(piece));
    const body = requestSchema.parse(JSON.parse(Buffer.concat(pieces).toString()));
    asked.push(body);
    const results = body.documents.map((text, index) => ({ index, relevance_score: text.length }));
    response.writeHead(isDown ? 503 : 200).end(JSON.stringify({ results }));
  });
  const listening = stack.use(await listen(server, { host: '127.0.0.1', port: 0 }));
  knowledge = stack.use(await openKnowledgeFixture({ rerankUrl: `http://127.0.0.1:${listening.port}/rerank` }));
});
afterAll(() => stack.disposeAsync());

const search = `query ($ids: [ID!]!, $first: Int) { searchDocuments(collectionIds: $ids, query: "pump valve",
  context: ["the manual"], first: $first) { isReranked lanes hits { quote score rerankScore } } }`;

test('the order is the model’s, over more passages than are asked for, and without it that of the lanes', async () => {
  const user = identityOf();
  const { data } = await knowledge.execute(user, 'mutation { createCollection(name: "M") { id } }');
  const { id } = data.createCollection;
  const file = await knowledge.addFile(user, 'pump.pdf');
  const add = 'mutation ($id: ID!, $files: [ID!]!) { addDocuments(collectionId: $id, fileIds: $files) { id } }';
  await knowledge.execute(user, add, { id, files: [file] });
  const texts = ['The pump valve.', 'A pump.', `A valve ${'that is described at length '.repeat(5)}.`];
  await knowledge.embed(
    await knowledge.nextEmbedJob(),
    texts.map((text) => ({ text, page: 1 })),
  );
  const find = async (first: number, reader = user) =>
    (await knowledge.execute(reader, search, { ids: [id], first })).data.searchDocuments;
  await expect.poll(async () => (await find(5)).hits).toHaveLength(3);
  const one = await find(1);
  expect(one).toMatchObject({ isReranked: true, hits: [{ quote: texts[2], rerankScore: expect.any(Number) }] });
  expect(asked.at(-1)?.query).toBe('the manual\npump valve');
  expect(asked.at(-1)?.documents).toHaveLength(3);
  // What somebody may not read is not sent anywhere.
  const before = asked.length;
  expect((await find(5, identityOf(undefined, { userId: crypto.randomUUID() }))).hits).toEqual([]);
  expect(asked).toHaveLength(before);
  isDown = true;
  const fused = await find(3);
  expect(fused).toMatchObject({ isReranked: false, hits: [{ quote: texts[0], rerankScore: null }, {}, {}] });
});
