import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import type { Passage } from '#contracts/passages.ts';
import { searchDocumentsTool } from '#contracts/search-documents-tool.ts';
import { applyToText } from '#contracts/stream-event.ts';
import type { StreamEntry } from '#kernel/stream-log/stream-log.ts';
import { textOf } from '#tests/scripted-provider/script.ts';
import { startToolServer } from '#tests/tool-server/tool-server.ts';
import { foundHits, hitOf, startKnowledgeServer } from './knowledge-server.fixture.ts';
import { bonn, knowsTools, respondWithWeather, toolAt } from './tool.fixture.ts';
import { candidateOf } from './worker.fixture.ts';
import { openWorkerProcesses } from './worker-process.fixture.ts';

const textIn = (entries: readonly StreamEntry[]): string =>
  entries.reduce((text, { event }) => applyToText(text, event), '');
const numbersTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

test.each([
  ['continues', ['PREFILL' as const], 0],
  ['begins again', [], 1],
])(
  'when a worker process is killed in the middle, another one %s, and clients see one whole reply',
  async (_, capabilities, resets) => {
    await using processes = await openWorkerProcesses();
    const { provider, streamLog, results } = processes;
    const first = await processes.startWorker();
    const messageId = await processes.send('script: tokens=60 pace=20', {
      candidates: [candidateOf('openai/scripted', { capabilities: [...capabilities] })],
    });
    const entries: StreamEntry[] = [];
    let second: Promise<ChildProcess> | undefined;
    for await (const entry of streamLog.tail(messageId, 0, new AbortController().signal)) {
      entries.push(entry);
      if (second === undefined && entries.length === 6) {
        first.kill('SIGKILL');
        second = processes.startWorker();
      }
    }
    await processes.finished();
    const last = await second;
    last?.kill('SIGTERM');
    if (last !== undefined) expect(await once(last, 'exit')).toEqual([0, null]);

    expect(entries.map(({ seq }) => seq)).toEqual(numbersTo(entries.length));
    expect(textIn(entries)).toBe(textOf(60));
    expect(entries.filter(({ event }) => event.type === 'MessageReset')).toHaveLength(resets);
    expect(results).toMatchObject([{ messageId, attempt: 2, status: 'COMPLETED', text: textOf(60) }]);
    expect(results.at(0)?.lastSeq).toBe(entries.length);
    expect(await provider.requests.at(0)?.ended).toBe('closed by client');
  },
);

test.each([
  ['while a tool works', 2, 2],
  ['between the result of a tool and the next text', 1, 3],
])('when a worker process is killed %s, another one continues after it without a reset', async (_, asked, requests) => {
  const working = Promise.withResolvers<void>();
  await using processes = await openWorkerProcesses();
  const { provider, streamLog, results } = processes;
  await using tool = await startToolServer((response, call) => {
    // The first call gets no response where the worker is killed during it.
    if (asked === 1 || tool.calls.length > 1) respondWithWeather(response, call);
    else working.resolve();
  });
  const silent = { tokens: 9, delay: 600_000 };
  provider.queue({ calls: [bonn], lead: 2 }, ...(asked === 1 ? [silent] : []), { tokens: 3 });
  const environment = { TOOL_PRIVATE_HOSTS: tool.host };
  const first = await processes.startWorker(environment);
  const askedAgain = provider.nextRequest().then(() => provider.nextRequest());
  const messageId = await processes.send('', { candidates: [knowsTools], tools: [toolAt(tool.url)] });
  await (asked === 1 ? askedAgain : working.promise);
  first.kill('SIGKILL');
  await processes.startWorker(environment);

  const entries: StreamEntry[] = [];
  for await (const entry of streamLog.tail(messageId, 0, new AbortController().signal)) entries.push(entry);
  await processes.finished();
  expect(entries.map(({ seq }) => seq)).toEqual(numbersTo(entries.length));
  const text = `${textOf(2)}\n\nrain-in-Bonn ${textOf(3)}`;
  expect(textIn(entries)).toBe(text);
  const types = entries.map(({ event }) => event.type).filter((type) => type !== 'TokenDelta');
  expect(types.filter((type) => type !== 'MessageStarted')).toEqual([
    'ToolCallStarted',
    'ToolCallCompleted',
    'MessageCompleted',
  ]);
  expect(results).toMatchObject([
    { messageId, attempt: 2, status: 'COMPLETED', text, toolCalls: [{ ...bonn, result: 'rain-in-Bonn' }] },
  ]);
  expect(tool.calls).toHaveLength(asked);
  expect(new Set(tool.calls.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
  expect(provider.requests).toHaveLength(requests);
});

const passageOf = (index: number): Passage => ({
  ...{ index, fileId: randomUUID(), fileName: 'pump.pdf', page: index, heading: '', text: `Text ${index}.`, score: 1 },
});

test('when a worker process is killed in a text with citations, its passages are shown once and keep their numbers', async () => {
  await using processes = await openWorkerProcesses();
  const { provider, streamLog, results } = processes;
  const first = await processes.startWorker();
  const passages = [passageOf(1), passageOf(2)];
  provider.queue(
    { texts: ['Turn it [2', '] and', ' wait', ' more'], pace: 50, stall: 3 },
    { texts: ['Again [1', '] and [2, 3].'] },
  );
  const messageId = await processes.send('', { retrieval: { passages } });
  const entries: StreamEntry[] = [];
  for await (const entry of streamLog.tail(messageId, 0, new AbortController().signal)) {
    entries.push(entry);
    if (!first.killed && textIn(entries).includes('[2] and')) {
      first.kill('SIGKILL');
      await processes.startWorker();
    }
  }
  await processes.finished();
  expect(entries.map(({ seq }) => seq)).toEqual(numbersTo(entries.length));
  const shown = entries.flatMap(({ event }) => (event.type === 'SourcesFound' ? [event.passages] : []));
  expect(shown).toEqual([passages]);
  expect(textIn(entries)).toBe('Again [1] and [2].');
  expect(results).toMatchObject([{ messageId, attempt: 2, status: 'COMPLETED', text: 'Again [1] and [2].' }]);
});

test('when a worker process is killed after one of two searches, the next one does the other, and no number changes', async () => {
  const fileId = randomUUID();
  const lost = Promise.withResolvers<void>();
  await using knowledge = await startKnowledgeServer(({ query }) => {
    const isFirstOf = knowledge.searches.filter((search) => search.query === query).length === 1;
    if (query === 'slow' && isFirstOf) {
      lost.resolve();
      return undefined;
    }
    return foundHits(hitOf(fileId, `About ${query}.`));
  });
  await using processes = await openWorkerProcesses();
  const { provider, streamLog, results } = processes;
  const search = (query: string) => ({ name: searchDocumentsTool.name, arguments: JSON.stringify({ query }) });
  provider.queue({ calls: [search('slow'), search('quick')] }, { texts: ['Quick [2], slow [3], old [1].'] });
  const first = await processes.startWorker(knowledge.environment);
  const old = passageOf(1);
  const messageId = await processes.send('', {
    ...{ candidates: [knowsTools], retrieval: { passages: [old] } },
    documents: { collectionIds: [randomUUID()] },
  });
  const entries: StreamEntry[] = [];
  for await (const entry of streamLog.tail(messageId, 0, new AbortController().signal)) {
    entries.push(entry);
    if (!first.killed && entry.event.type === 'SourcesFound' && entry.event.passages.length === 2) {
      await lost.promise;
      first.kill('SIGKILL');
      await processes.startWorker(knowledge.environment);
    }
  }
  await processes.finished();
  const shown = entries.flatMap(({ event }) => (event.type === 'SourcesFound' ? [event.passages] : []));
  expect(shown.map((passages) => passages.map(({ text }) => text))).toEqual([
    ['Text 1.'],
    ['Text 1.', 'About quick.'],
    ['Text 1.', 'About quick.', 'About slow.'],
  ]);
  expect(shown.at(-1)?.map(({ index }) => index)).toEqual([1, 2, 3]);
  expect(results).toMatchObject([{ attempt: 2, status: 'COMPLETED', text: 'Quick [2], slow [3], old [1].' }]);
  expect(results[0]?.toolCalls).toMatchObject([
    { arguments: '{"query":"slow"}', passages: [{ index: 3 }] },
    { arguments: '{"query":"quick"}', passages: [{ index: 2 }] },
  ]);
  expect(knowledge.searches.map(({ query }) => query).toSorted()).toEqual(['quick', 'slow', 'slow']);
});
