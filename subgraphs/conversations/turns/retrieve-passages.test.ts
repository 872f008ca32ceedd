/** What admission asks of knowledge, and what becomes of a reply where that fails. */
import { randomUUID } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { longestPassage } from '#contracts/passages.ts';
import { createIdentitySigner } from '#kernel/identity.ts';
import { createLogger } from '#kernel/log.ts';
import { listen } from '#kernel/process/listen.ts';
import { createSubgraphClient } from '#kernel/subgraph-client/subgraph-client.ts';
import type { BranchMessage } from '../prompts/branch-message.ts';
import { createRetrieval, sizeOfPassages } from './retrieve-passages.ts';

const identity = { tenantId: randomUUID(), userId: randomUUID(), roles: ['USER' as const], scopes: [] };
const history: BranchMessage[] = ['How long is the notice of the office?', `Six months. ${'x'.repeat(2_000)}`].map(
  (content, index) => ({ role: index % 2 === 0 ? 'USER' : 'ASSISTANT', content, status: 'COMPLETED' }),
);
const request = { identity, collectionIds: [randomUUID()], question: 'And of the warehouse?', history };

/** Knowledge, as far as admission sees it. */
const openRetrieval = async (answer: (response: ServerResponse) => void) => {
  await using opened = new AsyncDisposableStack();
  const asked: { readonly variables: Record<string, unknown> }[] = [];
  const server = createServer(async (incoming, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of incoming) pieces.push(Buffer.from(piece));
    asked.push(JSON.parse(Buffer.concat(pieces).toString()));
    response.setHeader('content-type', 'application/json');
    answer(response);
  });
  const { port } = opened.use(await listen(server, { host: '127.0.0.1', port: 0 }));
  const signer = createIdentitySigner('a secret that only these tests know, 32+');
  const client = opened.use(createSubgraphClient('conversations', `http://127.0.0.1:${port}/graphql`, signer));
  const retrieve = createRetrieval(client, createLogger('test', 'silent'));
  const closing = opened.move();
  return { retrieve, asked, [Symbol.asyncDispose]: () => closing.disposeAsync() };
};

test('asks with what a follow-up refers to, within bounds, and numbers what comes', async () => {
  const hit = { fileName: 'lease.docx', heading: '', quote: 'y'.repeat(10_000), score: 0.7 };
  const fileId = randomUUID();
  const hits = [
    { ...hit, file: { id: fileId }, page: 2 },
    { ...hit, file: { id: fileId }, page: null },
  ];
  await using knowledge = await openRetrieval((response) =>
    response.end(JSON.stringify({ data: { searchDocuments: { hits } } })),
  );
  const found = await knowledge.retrieve(request);
  const text = 'y'.repeat(longestPassage);
  const passage = { fileId, fileName: 'lease.docx', heading: '', text, score: 0.7 };
  expect(found).toEqual({
    passages: [
      { ...passage, index: 1, page: 2 },
      { ...passage, index: 2 },
    ],
  });
  const { variables } = knowledge.asked[0] ?? {};
  expect(variables).toMatchObject({ query: 'And of the warehouse?', collectionIds: request.collectionIds });
  expect(variables?.['context']).toEqual([history[0]?.content, history[1]?.content.slice(0, 600)]);
  expect(sizeOfPassages(found).most).toBeGreaterThan(2 * longestPassage);
  expect(sizeOfPassages(undefined)).toEqual({ likely: 0, most: 0 });
});

test('asks nothing where a reply draws on no documents', async () => {
  await using knowledge = await openRetrieval((response) => response.end('{}'));
  expect(await knowledge.retrieve({ ...request, collectionIds: [] })).toBeUndefined();
  expect(knowledge.asked).toHaveLength(0);
});

test('lets a reply come without documents that cannot be searched, or not in time', async () => {
  const faults: ((response: ServerResponse) => void)[] = [
    (response) => response.writeHead(500).end(),
    (response) => response.end('{"data":{"searchDocuments":{"hits":[{}]}}}'),
    (response) => response.end('{"errors":[{"message":"no","extensions":{"code":"OVERLOADED"}}]}'),
    () => undefined,
    // Bytes that keep coming, and a result that comes too late.
    (response) => {
      const clock = setInterval(() => response.write(' '), 100);
      setTimeout(() => {
        clearInterval(clock);
        response.end('{"data":{"searchDocuments":{"hits":[]}}}');
      }, 2_500);
    },
  ];
  for (const fault of faults) {
    await using knowledge = await openRetrieval(fault);
    expect(await knowledge.retrieve(request)).toEqual({ passages: [], failed: true });
  }
});
