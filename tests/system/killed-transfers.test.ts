/**
 * The conversations process is killed in the middle of an import and of an export, on the processes of
 * docker-compose.yml: each ends once, with everything once.
 */
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { sharedService } from '#tests/services/shared-services.ts';
import { startTcpProxy, type TcpProxy } from '#tests/services/tcp-proxy.ts';
import type { TestClient } from '#tests/support/client.ts';
import { type Compose, startCompose } from '#tests/support/compose-processes.ts';
import { uploadFile } from '#tests/support/upload-file.ts';
import { readArchive } from '../../subgraphs/conversations/read-archive.fixture.ts';

const stack = new AsyncDisposableStack();
/** In front of every subgraph, so that what asks them takes a while. */
const wires: TcpProxy[] = [];
let parlance: Compose;
let grace: TestClient;

beforeAll(async () => {
  const [postgres, redis, rabbitmq] = await Promise.all([
    sharedService('postgres'),
    sharedService('redis'),
    sharedService('rabbitmq'),
  ]);
  const wireSubgraph = async (url: string): Promise<string> => {
    const wire = stack.use(await startTcpProxy(url));
    wires.push(wire);
    return new URL(wire.url).origin;
  };
  parlance = stack.use(await startCompose({ postgres, redis, rabbitmq }, { wireSubgraph }));
  grace = await parlance.as('grace');
});
afterAll(() => stack.disposeAsync());

/** An import, by the beginning of its ids. */
interface Run {
  readonly name: string;
  readonly count: number;
}
const titlesOf = ({ name, count }: Run): readonly string[] =>
  Array.from({ length: count }, (_, index) => `Conversation ${name}-${index}`);

/** As ChatGPT exports it: a question and a reply each. */
const archiveOf = (run: Run): Buffer => {
  const said = (id: string, [parent, role]: readonly [string, string], text: string) => ({
    ...{ id, parent, children: [] },
    message: {
      ...{ id, author: { role }, create_time: 1_700_000_000, status: 'finished_successfully', recipient: 'all' },
      ...{ content: { content_type: 'text', parts: [text] }, metadata: {} },
    },
  });
  const conversations = titlesOf(run).map((title, index) => ({
    ...{ conversation_id: `${run.name}-${index}`, title, create_time: 1_700_000_000, current_node: 'reply' },
    mapping: {
      root: { id: 'root', parent: null, children: ['question'], message: null },
      question: said('question', ['root', 'user'], `Question of ${title}`),
      reply: said('reply', ['question', 'assistant'], `Reply of ${title}`),
    },
  }));
  return Buffer.from(JSON.stringify(conversations));
};

const importShape = z.object({
  status: z.string(),
  conversationCount: z.number(),
  messageCount: z.number(),
  leftOut: z.array(z.unknown()),
});
const exportShape = z.object({ status: z.string(), progress: z.number(), downloadUrl: z.string().nullable() });
const titleShape = z.object({ title: z.string().nullable() });
const listShape = z.object({ conversations: z.object({ edges: z.array(z.object({ node: titleShape })) }) });
const recordsShape = z.object({
  conversations: z.array(z.object({ title: z.string(), messages: z.array(z.unknown()) })),
});
const idShape = z.object({ id: z.string() });

/** Begins an import, and returns what reads its state. */
const beginImport = async (run: Run) => {
  const file = { name: 'conversations.json', content: archiveOf(run), purpose: 'IMPORT' } as const;
  const { id } = await uploadFile(parlance, grace, file);
  const begin = 'mutation ($id: ID!) { importConversations(fileId: $id) { id } }';
  const begun = await grace.query(z.object({ importConversations: idShape }), begin, { id });
  const look = 'query ($id: ID!) { import(id: $id) { status conversationCount messageCount leftOut { reason } } }';
  return async () => (await grace.query(z.object({ import: importShape }), look, begun.importConversations)).import;
};

/** Likewise an export of everything. */
const beginExport = async () => {
  const begin = 'mutation { exportMyData { id } }';
  const begun = await grace.query(z.object({ exportMyData: idShape }), begin);
  const look = 'query ($id: ID!) { export(id: $id) { status progress downloadUrl } }';
  return async () => (await grace.query(z.object({ export: exportShape }), look, begun.exportMyData)).export;
};

const wholeOf = ({ count }: Run) => ({
  status: 'READY',
  conversationCount: count,
  messageCount: 2 * count,
  leftOut: [],
});
/** For a process that starts, and for the lease of the one that was killed. */
const patience = { interval: 500, timeout: 90_000 };

test('killed during an import and an export, conversations does each once', { timeout: 240_000 }, async () => {
  // The export is in the middle of what was there while the import, which is longer, goes on.
  const [former, run] = [
    { name: uuidv7(), count: 40 },
    { name: uuidv7(), count: 80 },
  ];
  await expect.poll(await beginImport(former), patience).toEqual(wholeOf(former));
  for (const wire of wires) wire.delay(100);
  const [lookAtImport, lookAtExport] = [await beginImport(run), await beginExport()];
  const areUnderWay = async (): Promise<boolean> => {
    const [exported, imported] = [await lookAtExport(), await lookAtImport()];
    if (exported.status === 'READY' || imported.status === 'READY') throw new Error('it was too fast');
    return exported.progress > 0 && imported.conversationCount > 0;
  };
  await expect.poll(areUnderWay, { interval: 200, timeout: 60_000 }).toBe(true);
  await parlance.end('conversations', 'SIGKILL');
  for (const wire of wires) wire.delay(0);
  await parlance.start('conversations');
  expect([(await lookAtExport()).status, (await lookAtImport()).status]).toEqual(['RUNNING', 'RUNNING']);
  await expect.poll(lookAtImport, patience).toEqual(wholeOf(run));
  await expect.poll(lookAtExport, patience).toMatchObject({ status: 'READY', progress: 1 });

  const list = '{ conversations(first: 200) { edges { node { title } } } }';
  const { conversations } = await grace.query(listShape, list);
  const listed = conversations.edges.map(({ node }) => node.title);
  expect(listed.toSorted()).toEqual([...titlesOf(former), ...titlesOf(run)].toSorted());
  const download = await fetch(new URL((await lookAtExport()).downloadUrl ?? '', parlance.url));
  const archived = [...(await readArchive(new Uint8Array(await download.arrayBuffer())))]
    .filter(([name]) => /^conversations\/\d+\.json$/.test(name))
    .flatMap(([, text]) => recordsShape.parse(JSON.parse(text)).conversations);
  // It was made while the other import went on.
  const before = archived.filter(({ title }) => titlesOf(former).includes(title));
  expect(before.map(({ title }) => title).toSorted()).toEqual(titlesOf(former).toSorted());
  expect(new Set(archived.map(({ title }) => title)).size).toBe(archived.length);
  expect(archived.every(({ messages }) => messages.length === 2)).toBe(true);
});
