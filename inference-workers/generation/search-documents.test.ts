/** Replies whose model searches documents while it writes, as a worker runs them. */
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import type { ReplyJob } from '#contracts/generation-job.ts';
import { mostReplyPassages, type Passage } from '#contracts/passages.ts';
import { mostSearches, searchDocumentsTool } from '#contracts/search-documents-tool.ts';
import { askedToolCallSchema } from '#contracts/stream-event.ts';
import type { StreamEntry } from '#kernel/stream-log/stream-log.ts';
import { foundHits, hitOf, type Search, startKnowledgeServer } from '../knowledge-server.fixture.ts';
import { nextBlocked, windowed } from '../moderation/window.fixture.ts';
import { callsIn, knowsTools, toolAt } from '../tool.fixture.ts';
import { candidateOf, openWorkerFixture } from '../worker.fixture.ts';

const { name } = searchDocumentsTool;
const file = randomUUID();
const searchFor = (query: string) => ({ name, arguments: JSON.stringify({ query }) });
const first: Passage = {
  ...{ index: 1, fileId: file, fileName: 'pump.pdf', page: 3, heading: 'Faults', text: 'The rotor is blocked.' },
  score: 0.9,
};
const collection = randomUUID();
const drawing = {
  candidates: [knowsTools],
  retrieval: { passages: [first] },
  documents: { collectionIds: [collection] },
} satisfies Partial<ReplyJob>;

/** A worker whose models search this server. */
const open = async (respond: Parameters<typeof startKnowledgeServer>[0]) => {
  await using opened = new AsyncDisposableStack();
  const knowledge = opened.use(await startKnowledgeServer(respond));
  const fixture = opened.use(await openWorkerFixture());
  const { searchDocuments } = knowledge;
  await fixture.startWorker({ searchDocuments });
  const closing = opened.move();
  return { ...fixture, knowledge, [Symbol.asyncDispose]: () => closing.disposeAsync() };
};
const strainer = (search: Search) => foundHits(hitOf(file, `Clean the strainer (${search.query}).`, null));
const sourcesIn = (entries: readonly StreamEntry[]): readonly (readonly number[])[] =>
  entries.flatMap(({ event }) => (event.type === 'SourcesFound' ? [event.passages.map(({ index }) => index)] : []));
const resultsIn = (entries: readonly StreamEntry[]) =>
  callsIn(entries).filter(({ type }) => type === 'ToolCallCompleted');

test('what a search finds is numbered on, shown before the text that cites it, and kept with the call', async () => {
  await using workers = await open(strainer);
  workers.provider.queue({ calls: [searchFor('strainer')] }, { texts: ['Turn it [1', '], clean it [2, 3] [9].'] });
  const id = await workers.send('What now?', drawing);
  const entries = await workers.entries(id);
  const types = entries.map(({ event }) => event.type);
  expect(types.filter((type, index) => type !== types[index - 1])).toEqual([
    'MessageStarted',
    'SourcesFound',
    'ToolCallStarted',
    'ToolCallCompleted',
    'SourcesFound',
    'TokenDelta',
    'MessageCompleted',
  ]);
  expect(sourcesIn(entries)).toEqual([[1], [1, 2]]);
  const { text, toolCalls, userId, tenantId } = await workers.finished(id);
  expect(text).toBe('Turn it [1], clean it [2].');
  const found = { index: 2, fileId: file, fileName: 'pump.pdf', text: 'Clean the strainer (strainer).' };
  expect(toolCalls).toMatchObject([{ name, status: 'COMPLETED', passages: [found] }]);
  expect(toolCalls?.[0]?.passages?.[0]).not.toHaveProperty('page');
  expect(workers.knowledge.searches).toMatchObject([
    { collectionIds: [collection], query: 'strainer', identity: { tenantId, userId, roles: ['USER'] } },
  ]);
  const [asked, answered] = workers.provider.requests.map(({ body }) => JSON.stringify(body));
  expect(asked).toContain('search_documents. Call it before you say');
  expect(answered).toContain('<passage number=\\"2\\" file=\\"pump.pdf\\" heading=\\"Faults\\">');
});

test('a passage that is found again keeps its number, and searches side by side get numbers of their own', async () => {
  await using workers = await open(({ query }) =>
    foundHits(hitOf(file, 'The rotor is blocked.'), hitOf(file, `About ${query}.`), hitOf(file, 'About both.')),
  );
  workers.provider.queue(
    { calls: [searchFor('one'), searchFor('two')] },
    { calls: [searchFor('one')], steps: 2 },
    { texts: ['All [1-4].'] },
  );
  const id = await workers.send('What now?', drawing);
  const entries = await workers.entries(id);
  const passages = new Map(
    resultsIn(entries).flatMap((call) =>
      'passages' in call ? (call.passages ?? []).map(({ index, text }) => [text, index] as const) : [],
    ),
  );
  expect([...passages.values()].toSorted()).toEqual([1, 2, 3, 4]);
  expect(passages.get('The rotor is blocked.')).toBe(1);
  const all = entries.flatMap(({ event }) => (event.type === 'SourcesFound' ? event.passages : []));
  for (const { text, index } of all) expect(passages.get(text) ?? 1).toBe(index);
  expect(sourcesIn(entries).at(-1)).toEqual([1, 2, 3, 4]);
  expect((await workers.finished(id)).text).toBe('All [1][2][3][4].');
});

test('a reply has a bounded number of searches and of passages, and says so to its model', async () => {
  await using workers = await open(({ query }) =>
    foundHits(...Array.from({ length: 6 }, (_, index) => hitOf(file, `${query} ${index}`))),
  );
  const queries = Array.from({ length: mostSearches + 1 }, (_, index) => searchFor(`part ${index}`));
  workers.provider.queue({ calls: queries }, { texts: ['Done [24] [25].'] });
  const id = await workers.send('What now?', drawing);
  const entries = await workers.entries(id);
  expect(workers.knowledge.searches).toHaveLength(mostSearches);
  expect(sourcesIn(entries).at(-1)).toHaveLength(mostReplyPassages);
  const results = resultsIn(entries).map((call) => ('result' in call ? call.result : ''));
  expect(results.filter((result) => result.includes('as many passages as it may have'))).not.toHaveLength(0);
  expect(results.filter((result) => result.includes('too many searches'))).toHaveLength(1);
  expect((await workers.finished(id)).text).toBe('Done [24].');
});

test.each([
  ['a model without tools', { candidates: [candidateOf('openai/scripted')] }],
  ['a reply that draws on no documents', { documents: undefined }],
  ['a reply with a tool of this name', { tools: [{ ...toolAt('http://127.0.0.1:1/'), name }] }],
])('%s is offered no search', async (_, changes) => {
  await using workers = await open(strainer);
  workers.provider.queue({ tokens: 2 });
  const asked = workers.provider.nextRequest();
  const id = await workers.send('What now?', { ...drawing, ...changes });
  await workers.finished(id);
  expect(JSON.stringify((await asked).body)).not.toContain(searchDocumentsTool.description.slice(0, 40));
});

test('without an address of knowledge, models are offered no search', async () => {
  await using workers = await openWorkerFixture();
  await workers.startWorker();
  workers.provider.queue({ calls: [searchFor('x')] }, { tokens: 1 });
  const asked = workers.provider.nextRequest();
  const id = await workers.send('What now?', drawing);
  await workers.finished(id);
  expect((await asked).body.tools ?? []).toEqual([]);
});

test('a model can widen nothing, and arguments that do not fit reach nobody', async () => {
  await using workers = await open(strainer);
  const given = [
    JSON.stringify({ query: 'x', collectionIds: [randomUUID()] }),
    JSON.stringify({ query: 'x', userId: randomUUID() }),
    JSON.stringify({ query: 'x'.repeat(1_001) }),
    JSON.stringify({ query: ' ' }),
    JSON.stringify({ query: ['x'] }),
    '{"query":',
  ];
  workers.provider.queue({ calls: given.map((text) => ({ name, arguments: text })) }, { tokens: 1 });
  const id = await workers.send('What now?', drawing);
  expect(resultsIn(await workers.entries(id)).map((call) => 'status' in call && call.status)).toEqual(
    given.map(() => 'FAILED'),
  );
  expect(workers.knowledge.searches).toHaveLength(0);
});

test.each([
  ['refuses', () => ({ errors: [{ message: 'internal words', extensions: { code: 'FORBIDDEN' } }] })],
  ['sends what is no result', () => ({ data: { searchDocuments: { hits: [{ quote: 'x' }] } } })],
])('when knowledge %s, the model is told so without its words, and the reply goes on', async (_, respond) => {
  await using workers = await open(respond);
  workers.provider.queue({ calls: [searchFor('x')] }, { texts: ['I cannot search [1].'] });
  const id = await workers.send('What now?', drawing);
  const entries = await workers.entries(id);
  expect(resultsIn(entries)).toMatchObject([{ status: 'FAILED' }]);
  expect(JSON.stringify(entries)).not.toContain('internal words');
  expect(sourcesIn(entries)).toEqual([[1]]);
  expect(await workers.finished(id)).toMatchObject({ status: 'COMPLETED', text: 'I cannot search [1].' });
});

test('a passage that is blocked is shown to nobody and has no number', async () => {
  await using workers = await open(() => foundHits(hitOf(file, 'I will kill you tomorrow')));
  const reported = nextBlocked(workers.broker);
  workers.provider.queue({ calls: [searchFor('x')] }, { texts: ['Nothing [2] more [1].'] });
  const id = await workers.send('What now?', { ...drawing, ...windowed });
  const entries = await workers.entries(id);
  expect(resultsIn(entries)).toMatchObject([{ status: 'FAILED', result: expect.stringContaining('CONTENT_BLOCKED') }]);
  expect(sourcesIn(entries)).toEqual([[1]]);
  expect((await workers.finished(id)).text).toBe('Nothing more [1].');
  expect(JSON.stringify([entries, workers.provider.requests[1]?.body])).not.toContain('kill');
  await reported;
});

test('numbers of a voided search are not given again, and what the next model has not read it cannot cite', async () => {
  await using workers = await open(strainer);
  workers.provider.queue(
    { calls: [searchFor('one')] },
    { texts: ['As it says [2', '] more'], cut: 1 },
    { calls: [searchFor('two')] },
    { texts: ['Now [1] [2] [3].'] },
  );
  const candidates = [knowsTools, candidateOf('openai/other', { capabilities: ['TOOLS'] })];
  const id = await workers.send('What now?', { ...drawing, candidates });
  const entries = await workers.entries(id);
  expect(sourcesIn(entries)).toEqual([[1], [1, 2], [1, 2, 3]]);
  const { text, toolCalls } = await workers.finished(id);
  expect(text).toBe('Now [1] [3].');
  expect(toolCalls).toMatchObject([{ passages: [{ index: 3, text: 'Clean the strainer (two).' }] }]);
});

test('a reply that waits for a decision leaves its worker without the search, and has it again', async () => {
  await using workers = await open(strainer);
  const tool = { ...toolAt('http://127.0.0.1:1/'), approval: 'ALWAYS' as const };
  workers.provider.queue({ calls: [searchFor('strainer'), { name: 'weather', arguments: '{"city":"Bonn"}' }] });
  const parking = workers.nextParked();
  await workers.send('What now?', { ...drawing, tools: [tool] });
  const parked = await parking;
  expect(parked.tools?.map((one) => one.name)).toEqual(['weather']);
  const { calls, ...job } = parked;
  const decisions = Object.fromEntries(calls.map((call) => [askedToolCallSchema.parse(call).id, 'DENIED' as const]));
  workers.provider.queue({ calls: [searchFor('rotor')], steps: 2 }, { texts: ['Clean [2], turn [3].'] });
  await workers.broker.publish('jobs', 'generations.external', job.messageId, {
    ...job,
    parked: { ...job.parked, decisions },
  });
  const { text, toolCalls = [] } = await workers.finished(job.messageId);
  expect(text).toBe('Clean [2], turn [3].');
  expect(toolCalls.flatMap(({ passages = [] }) => passages.map(({ index }) => index))).toEqual([2, 3]);
});
