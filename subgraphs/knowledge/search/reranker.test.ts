/** Reranking by a real server that speaks the formats, and speaks them wrongly. */
import { createServer, type ServerResponse } from 'node:http';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { createLogger } from '#kernel/log.ts';
import { listen } from '#kernel/process/listen.ts';
import { createReranker, type RerankConfig, rerankEnvironment } from './reranker.ts';

const requests: { readonly body: Record<string, unknown>; readonly key: string | undefined }[] = [];
let respond: (response: ServerResponse) => void;
let url: string;
const stack = new AsyncDisposableStack();
const logger = createLogger('test', 'silent');

beforeAll(async () => {
  const server = createServer(async (request, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(Buffer.from(piece));
    const body = z.record(z.string(), z.unknown()).parse(JSON.parse(Buffer.concat(pieces).toString()));
    requests.push({ body, key: request.headers.authorization });
    // A fault of one test ends no connection of the next.
    response.setHeader('connection', 'close');
    respond(response);
  });
  const listening = stack.use(await listen(server, { host: '127.0.0.1', port: 0 }));
  stack.defer(() => server.closeAllConnections());
  url = `http://127.0.0.1:${listening.port}/v1/rerank`;
});
afterAll(() => stack.disposeAsync());
beforeEach(() => {
  requests.length = 0;
});

const configOf = (more: Partial<RerankConfig> = {}): RerankConfig => ({
  ...z.object(rerankEnvironment).parse({ RERANK_URL: url }),
  RERANK_TIMEOUT_MS: 5_000,
  ...more,
});
const rerankerOf = (more?: Partial<RerankConfig>, rest?: number) => {
  const reranker = createReranker(configOf(more), logger, rest);
  if (reranker === undefined) throw new Error('there is no reranker');
  return reranker;
};
const json = (value: unknown) => (response: ServerResponse) => void response.end(JSON.stringify(value));
const texts = ['one', 'two', 'three'];

test('without an address there is none', () => {
  expect(createReranker(configOf({ RERANK_URL: undefined }), logger)).toBeUndefined();
});

test('sends placeholders for what is of people, the same ones for the question and the passages', async () => {
  respond = json({ results: [{ index: 0, relevance_score: 1 }] });
  const passages = ['ada@acme.test wrote it.', 'grace@acme.test did not.', `${'x'.repeat(2_390)} ada@acme.test`];
  await rerankerOf().rank(`ada@acme.test ${'?'.repeat(3_990)}`, passages);
  const { query, documents } = z.object({ query: z.string(), documents: z.array(z.string()) }).parse(requests[0]?.body);
  expect(query).toBe(`[EMAIL_1] ${'?'.repeat(3_990)}`);
  expect(documents).toEqual(['[EMAIL_1] wrote it.', '[EMAIL_2] did not.', `${'x'.repeat(2_390)} [EMAIL_1]`]);
});

test('asks as Cohere, Jina and vLLM are asked, and reads what they respond', async () => {
  const named = [
    { index: 2, relevance_score: 0.9, document: { text: 'three' } },
    { index: 0, relevance_score: -4 },
  ];
  respond = json({ id: 'x', model: 'm', results: named, usage: { total_tokens: 5 } });
  const reranker = rerankerOf({ RERANK_MODEL: 'm', RERANK_API_KEY: 'k' });
  expect([...((await reranker.rank('q', texts)) ?? [])]).toEqual([
    [2, 0.9],
    [0, -4],
  ]);
  expect(requests).toEqual([{ body: { model: 'm', query: 'q', documents: texts, top_n: 3 }, key: 'Bearer k' }]);
});

test('asks as Text Embeddings Inference is asked, and reads what it responds', async () => {
  respond = json([
    { index: 1, score: 0.99 },
    { index: 0, score: 0.1 },
  ]);
  const scores = await rerankerOf({ RERANK_FORMAT: 'texts' }).rank('q', texts);
  expect(scores?.get(1)).toBe(0.99);
  expect(requests).toEqual([{ body: { query: 'q', texts }, key: undefined }]);
});

test('what is asked is bounded, and of a long question its end counts', async () => {
  respond = json({ results: [{ index: 0, relevance_score: 1 }] });
  const many = Array.from({ length: 100 }, () => `\ud800${'x'.repeat(10_000)}`);
  await rerankerOf().rank(`${'a'.repeat(10_000)}end`, many);
  const { query, documents } = z.object({ query: z.string(), documents: z.array(z.string()) }).parse(requests[0]?.body);
  expect([query.length, query.endsWith('aend'), documents.length]).toEqual([4_000, true, 32]);
  for (const text of documents) expect([text.length, text.isWellFormed()]).toEqual([2_400, true]);
  expect(await rerankerOf().rank('q', [])).toBeUndefined();
  expect(requests).toHaveLength(1);
});

test.each<[string, (response: ServerResponse) => void]>([
  ['an index out of range', json({ results: [{ index: 3, relevance_score: 1 }] })],
  ['a negative index', json({ results: [{ index: -1, relevance_score: 1 }] })],
  ['an index twice', json({ results: [1, 1].map((index) => ({ index, relevance_score: 1 })) })],
  ['a score that is no number', json({ results: [{ index: 0, relevance_score: null }] })],
  ['NaN', (response) => response.end('{"results":[{"index":0,"relevance_score":NaN}]}')],
  ['an infinite score', (response) => response.end('{"results":[{"index":0,"relevance_score":1e999}]}')],
  ['no result', json({ results: [] })],
  ['too many results', json({ results: Array.from({ length: 33 }, (_, index) => ({ index, relevance_score: 1 })) })],
  ['another shape', json({ data: [] })],
  ['no JSON', (response) => response.end('<html>')],
  ['a refusal', (response) => response.writeHead(429).end('{"results":[{"index":0,"relevance_score":1}]}')],
  [
    'a redirect',
    (response) => {
      if (response.req.url === '/v2') json({ results: [{ index: 0, relevance_score: 1 }] })(response);
      else response.writeHead(307, { location: '/v2' }).end();
    },
  ],
  ['a cut', (response) => response.write('{"results":', () => response.destroy())],
  [
    'an endless response',
    (response) => {
      const more = (): void => {
        while (!response.destroyed && response.write('x'.repeat(65_536)));
        if (!response.destroyed) response.once('drain', more);
      };
      more();
    },
  ],
])('%s counts as no response', async (_, fault) => {
  respond = fault;
  expect(await rerankerOf().rank('q', texts)).toBeUndefined();
});

test('a server that does not respond in time is given up', async () => {
  respond = () => undefined;
  expect(await rerankerOf({ RERANK_TIMEOUT_MS: 20 }).rank('q', texts)).toBeUndefined();
});

test('after three faults in a row, a server is left alone for a while', async () => {
  const [down, up] = [
    (response: ServerResponse) => void response.writeHead(503).end(),
    json({ results: [{ index: 0, relevance_score: 1 }] }),
  ];
  // A request that an earlier test gave up may come late.
  const resting = rerankerOf({ RERANK_MODEL: 'resting' });
  const ask = async (reranker: typeof resting, how: typeof respond): Promise<boolean> => {
    respond = how;
    return (await reranker.rank('q', texts)) !== undefined;
  };
  const said: boolean[] = [];
  for (const how of [down, down, up, down, down, down, up, up]) said.push(await ask(resting, how));
  expect(said).toEqual([false, false, true, false, false, false, false, false]);
  expect(requests.filter(({ body }) => body['model'] === 'resting')).toHaveLength(6);
  const rested = rerankerOf({}, 0);
  for (const how of [down, down, down]) await ask(rested, how);
  expect(await ask(rested, up)).toBe(true);
});
