import type { ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { parseModelsFile } from '../catalogue/models-file.ts';
import { EmbeddingFault } from './embedder.ts';
import { createEmbedders } from './embedders.ts';
import { startEmbeddingsServer } from './embeddings-server.fixture.ts';
import { createSentenceEncoder, sentenceEncoderId } from './sentence-encoder.ts';

const never = new AbortController().signal;
const similarity = (one: Float32Array | undefined, other: Float32Array | undefined): number =>
  one?.reduce((sum, number, index) => sum + number * (other?.[index] ?? Number.NaN), 0) ?? Number.NaN;

const file = parseModelsFile(`
providers:
  - { name: acme, displayName: Acme, kind: openai-compatible, baseUrlVariable: ACME_URL, apiKeyVariable: ACME_KEY }
models:
  - id: acme/vectors
    displayName: Vectors
    provider: acme
    pool: EXTERNAL
    contextWindow: 8192
    maxOutputTokens: 1
    capabilities: [EMBEDDING]
    price: { input: "0.02", cachedInput: "0.02", output: "0" }
`);
const endpointAt = (baseUrl: string, timeoutMs = 10_000) => {
  const embedders = createEmbedders({ EMBEDDING_MODEL: 'acme/vectors', EMBEDDING_TIMEOUT_MS: timeoutMs }, file, {
    ACME_URL: baseUrl,
    ACME_KEY: 'sk-acme',
  });
  const embedder = embedders.find(embedders.defaultModel);
  if (!embedder) throw new Error('no embedder');
  return embedder;
};
const reasonOf = (fault: unknown): string | undefined => (fault instanceof EmbeddingFault ? fault.reason : undefined);

test('asks the endpoint of a model, which costs what its model costs, and sorts what comes back', async () => {
  await using server = await startEmbeddingsServer();
  const embedder = endpointAt(server.baseUrl);
  const { vectors, tokens } = await embedder.embed(['one apple', '', 'an apple one'], 'PASSAGES', never);
  expect(similarity(vectors[0], vectors[2])).toBeCloseTo(Math.sqrt(2 / 3));
  expect(similarity(vectors[1], vectors[1])).toBeCloseTo(1);
  expect({ tokens, price: embedder.price }).toEqual({ tokens: 6, price: '0.02' });
  expect(server.requests).toEqual([
    { model: 'vectors', texts: ['one apple', '.', 'an apple one'], key: 'Bearer sk-acme' },
  ]);
});

test('sends no address, number or key of people, and one that is cut leaves nothing of itself', async () => {
  await using server = await startEmbeddingsServer();
  const embedder = endpointAt(server.baseUrl);
  const question = 'Whose is ada.lovelace@acme.test, and whose [EMAIL_1]?';
  await embedder.embed([question], 'QUESTION', never);
  const filled = 'word '.repeat(1_598);
  const passages = [
    'Grace: +49 170 1234567, grace@acme.test, api key: sk-a1b2c3d4e5f6',
    `${filled}ada.lovelace@acme.test`,
  ];
  await embedder.embed(passages, 'PASSAGES', never);
  expect(server.requests.map(({ texts }) => texts)).toEqual([
    ['Whose is [EMAIL], and whose [EMAIL_1]?'],
    ['Grace: [PHONE], [EMAIL], api key: [KEY]', `${filled}[EMAIL]`],
  ]);
});

test('refuses to start with a model that it cannot reach', () => {
  const config = { EMBEDDING_MODEL: 'acme/vectors', EMBEDDING_TIMEOUT_MS: 1 };
  expect(() => createEmbedders(config, file, {})).toThrow(/EMBEDDING_MODEL: acme\/vectors/);
  expect(createEmbedders({ EMBEDDING_TIMEOUT_MS: 1 }, file, {}).models).toEqual([sentenceEncoderId]);
});

test('tries once more after a fault that may pass, and names every other one', async () => {
  await using server = await startEmbeddingsServer();
  const embedder = endpointAt(server.baseUrl);
  server.faults.push((response) => response.writeHead(503).end());
  await expect(embedder.embed(['apple'], 'QUESTION', never)).resolves.toMatchObject({ vectors: [{ length: 64 }] });
  const unreadable = [
    'no json',
    '{"data":[]}',
    '{"data":[{"index":0,"embedding":[0,0]}]}',
    '{"data":[{"index":1,"embedding":[1,0]}]}',
    '{"data":[{"index":0,"embedding":["a"]}]}',
    '{"data":[{"index":0,"embedding":[NaN,1]}]}',
    '{"data":[{"index":0,"embedding":[null,1]}]}',
    '{"data":[{"index":0,"embedding":[1e999,1]}]}',
    '{"data":[{"index":0,"embedding":[1e200,1e200]}]}',
    `{"data":[{"index":0,"embedding":[${'1,'.repeat(5000)}1]}]}`,
    ' '.repeat(300_000),
  ];
  for (const body of unreadable) {
    server.faults.push((response) => response.end(body));
    await expect(embedder.embed(['apple'], 'QUESTION', never).catch(reasonOf)).resolves.toBe('UNREADABLE');
  }
  server.faults.push((response) => response.writeHead(401).end());
  await expect(embedder.embed(['apple'], 'QUESTION', never).catch(reasonOf)).resolves.toBe('REFUSED');
  server.faults.push((response) => response.writeHead(302, { location: server.baseUrl }).end());
  server.faults.push((response) => response.writeHead(302, { location: server.baseUrl }).end());
  await expect(embedder.embed(['apple'], 'QUESTION', never).catch(reasonOf)).resolves.toBe('UNREACHABLE');
  server.faults.push(() => undefined);
  await expect(endpointAt(server.baseUrl, 50).embed(['apple'], 'QUESTION', never).catch(reasonOf)).resolves.toBe(
    'TIMEOUT',
  );
});

test('passages wait where the provider says so, and a question does not', async () => {
  await using server = await startEmbeddingsServer();
  const embedder = endpointAt(server.baseUrl);
  const busy = (seconds: string) => (response: ServerResponse) =>
    response.writeHead(429, { 'retry-after': seconds }).end();
  server.faults.push(busy('0'), busy('0.01'), busy(new Date().toUTCString()));
  await expect(embedder.embed(['apple'], 'PASSAGES', never)).resolves.toMatchObject({ vectors: [{ length: 64 }] });
  expect(server.requests.splice(0)).toHaveLength(4);
  server.faults.push(busy('1'));
  await expect(embedder.embed(['apple'], 'QUESTION', never)).rejects.toMatchObject({
    reason: 'REFUSED',
    mayRetry: true,
  });
  // Nobody waits for an hour, but another try may come after it.
  server.faults.push(busy('3600'));
  await expect(embedder.embed(['apple'], 'PASSAGES', never)).rejects.toMatchObject({ mayRetry: true });
  expect(server.requests.splice(0)).toHaveLength(2);
  // Who gives up meanwhile is not kept waiting.
  server.faults.push(busy('100'));
  const leaving = new AbortController();
  const left = embedder.embed(['apple'], 'PASSAGES', leaving.signal).catch(reasonOf);
  await expect.poll(() => server.requests.length).toBe(1);
  leaving.abort();
  await expect(left).resolves.toMatch(/REFUSED|TIMEOUT/);
});

test('a provider that takes fewer texts, or shorter ones, gets halves, and one that takes none is not asked for ever', async () => {
  await using server = await startEmbeddingsServer();
  const embedder = endpointAt(server.baseUrl);
  server.mostTexts = 25;
  const texts = Array.from({ length: 64 }, (_, index) => (index % 2 === 0 ? 'apple' : 'pear tree'));
  const { vectors, tokens } = await embedder.embed(texts, 'PASSAGES', never);
  expect(vectors).toHaveLength(64);
  expect(similarity(vectors[0], vectors[62])).toBeCloseTo(1);
  expect(similarity(vectors[0], vectors[63])).toBeLessThan(0.9);
  expect(tokens).toBe(96);
  expect(server.requests.splice(0).map((request) => request.texts.length)).toEqual([64, 32, 16, 16, 32, 16, 16]);
  server.longestText = 2_000;
  const { vectors: cut } = await embedder.embed(['apple', 'pear '.repeat(1_500)], 'PASSAGES', never);
  expect(cut).toHaveLength(2);
  expect(server.requests.splice(0).at(-1)?.texts[0]).toHaveLength(1_874);
  server.longestText = 0;
  const refused = embedder.embed(texts, 'PASSAGES', never);
  await expect(refused).rejects.toMatchObject({ reason: 'REFUSED', mayRetry: false });
  expect(server.requests.splice(0).map((request) => request.texts.length)).toEqual([64, 32, 16, 8, 4, 2, 1]);
  await expect(embedder.embed(['x'.repeat(8_000)], 'PASSAGES', never)).rejects.toMatchObject({ reason: 'REFUSED' });
  expect(server.requests.map(({ texts: [text = ''] }) => text.length)).toEqual([8_000, 4_000, 2_000, 1_000, 500]);
});

test('vectors of several lengths are refused, and a model that is gone is named as a refusal', async () => {
  await using server = await startEmbeddingsServer();
  const embedder = endpointAt(server.baseUrl);
  const vectorsOf =
    (...lengths: number[]) =>
    (response: ServerResponse) =>
      response.end(JSON.stringify({ data: lengths.map((length) => ({ embedding: Array(length).fill(1) })) }));
  server.faults.push(vectorsOf(3, 4));
  await expect(embedder.embed(['a', 'b'], 'PASSAGES', never).catch(reasonOf)).resolves.toBe('UNREADABLE');
  server.faults.push((response) => response.writeHead(413).end(), vectorsOf(3), vectorsOf(4));
  await expect(embedder.embed(['a', 'b'], 'PASSAGES', never).catch(reasonOf)).resolves.toBe('UNREADABLE');
  server.requests.splice(0);
  server.faults.push((response) => response.writeHead(404).end());
  const gone = embedder.embed(['a'], 'PASSAGES', never);
  await expect(gone).rejects.toMatchObject({ reason: 'REFUSED', mayRetry: false });
  expect(server.requests).toHaveLength(1);
});

test('encodes in a thread that starts when it is needed and ends when it is not', async () => {
  await using encoder = createSentenceEncoder({ idleMs: 1 });
  expect(encoder.isRunning).toBe(false);
  const texts = [
    'How long is the notice period?',
    'The contract ends three months after notice.',
    'Bananas are yellow.',
    '',
  ];
  const { vectors, tokens } = await encoder.embed(texts, 'PASSAGES', never);
  expect(vectors.map(({ length }) => length)).toEqual([512, 512, 512, 512]);
  expect(similarity(vectors[0], vectors[1])).toBeGreaterThan(similarity(vectors[0], vectors[2]) + 0.2);
  expect(tokens).toBe(0);
  await expect.poll(() => encoder.isRunning).toBe(false);
  const again = await encoder.embed([texts[0] ?? ''], 'QUESTION', never);
  expect(similarity(again.vectors[0], vectors[0])).toBeCloseTo(1, 4);
});

test('encodes a question before the passages that wait, and refuses what would wait too long', async () => {
  await using encoder = createSentenceEncoder();
  const order: string[] = [];
  const passages = Array.from({ length: 20 }, () => encoder.embed(['A passage.'], 'PASSAGES', never));
  for (const passage of passages)
    passage.then(
      () => order.push('passage'),
      () => undefined,
    );
  const question = encoder.embed(['A question?'], 'QUESTION', never).then(() => order.push('question'));
  const left = new AbortController();
  const abandoned = encoder.embed(['Nobody waits for this.'], 'PASSAGES', left.signal).catch(reasonOf);
  left.abort();
  await expect(abandoned).resolves.toBe('TIMEOUT');
  const many = Array.from({ length: 600 }, () => 'x');
  await expect(encoder.embed(many, 'PASSAGES', never).catch(reasonOf)).resolves.toBe('BUSY');
  await question;
  expect(order.indexOf('question')).toBeLessThan(3);
});
