import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { parseBaseUrl } from '#kernel/catalogue/base-url.ts';
import { readModelsFile } from '#kernel/catalogue/models-file.ts';
import { createLogger } from '#kernel/log.ts';
import { startScriptedProvider } from '#tests/scripted-provider/scripted-provider.ts';
import { discoverModels, type ProviderSettings } from '../providers/discover-models.ts';
import { streamModel } from './stream-model.ts';

const shipped = await readModelsFile(fileURLToPath(new URL('../../models.yaml', import.meta.url)));

const discover = (
  environment: Record<string, string>,
  changes: Partial<ProviderSettings> = {},
  logger = createLogger('test', 'silent'),
) =>
  discoverModels(
    {
      environment,
      connectTimeoutMs: 1_000,
      discoveryTimeoutMs: 1_000,
      discoveryEveryMs: 0,
      demonstrationTokensPerSecond: undefined,
      llama: undefined,
      ...changes,
    },
    shipped,
    logger,
  );
const idsOf = (registry: Awaited<ReturnType<typeof discover>>) => registry.models.map(({ modelId }) => modelId);

test('without keys and addresses there is only the demonstration, and that only where it is on', async () => {
  await using none = await discover({});
  await using one = await discover({ OPENAI_API_KEY: '' }, { demonstrationTokensPerSecond: 0 });
  expect(idsOf(none)).toEqual([]);
  expect(idsOf(one)).toEqual(['parlance/demonstration']);
});

test('a key serves the models that the file lists for its provider', async () => {
  await using openai = await discover({ OPENAI_API_KEY: 'key' });
  await using anthropic = await discover({ ANTHROPIC_API_KEY: 'key' });
  expect(idsOf(openai)).toEqual(['openai/gpt-4o-mini', 'openai/gpt-4.1-mini', 'openai/gpt-4.1']);
  expect(idsOf(anthropic)).toEqual(['anthropic/claude-haiku-4-5', 'anthropic/claude-sonnet-4-5']);
});

test("a server at another address is asked for its models: those in the file keep their terms, others get the provider's", async () => {
  await using provider = await startScriptedProvider();
  await using registry = await discover({ OPENAI_BASE_URL: `http://127.0.0.1:${provider.port}` });
  expect(idsOf(registry)).toEqual(['openai/gpt-4o-mini', 'openai/scripted']);
  await using ollama = await discover({ OLLAMA_HOST: `127.0.0.1:${provider.port}` });
  expect(ollama.models.map(({ modelId, pool }) => [modelId, pool])).toEqual([
    ['ollama/gpt-4o-mini', 'MEDIUM'],
    ['ollama/scripted', 'MEDIUM'],
  ]);
});

test('an address where nothing listens leaves out its provider, and no other', async () => {
  await using registry = await discover({ OLLAMA_HOST: '127.0.0.1:1', OPENAI_API_KEY: 'key' });
  expect(registry.find('openai/gpt-4o-mini')).toBeDefined();
  expect(idsOf(registry).some((id) => id.startsWith('ollama/'))).toBe(false);
});

/** A server that lists the models in `names`, and responds with 503 where there are none. */
const startLister = async (first: readonly string[], port = 0) => {
  const responses = new EventEmitter();
  let names: readonly string[] = first;
  const server = createServer((_, response) => {
    response.statusCode = names.length === 0 ? 503 : 200;
    response.end(JSON.stringify({ data: names.map((id) => ({ id })) }), () => responses.emit('sent'));
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' ? (address?.port ?? 0) : 0,
    /**
     * Resolves when the worker has read the current list: it asks again only when it has processed the response before.
     */
    async list(next: readonly string[]) {
      names = next;
      for (let sent = 0; sent < 3; sent += 1) await once(responses, 'sent');
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};

test('a provider that starts later is found, keeps its models while it is away, and then has those that it lists', async () => {
  const early = await startLister([]);
  await early[Symbol.asyncDispose]();
  await using registry = await discover({ OLLAMA_HOST: `127.0.0.1:${early.port}` }, { discoveryEveryMs: 5 });
  const changes: (readonly string[])[] = [];
  registry.onChange(() => changes.push(idsOf(registry)));
  expect(idsOf(registry)).toEqual([]);

  await using lister = await startLister(['a', 'b'], early.port);
  await lister.list(['a', 'b']);
  const kept = registry.find('ollama/b');
  await lister.list([]);
  await lister.list(['b', 'c']);
  expect(changes).toEqual([
    ['ollama/a', 'ollama/b'],
    ['ollama/b', 'ollama/c'],
  ]);
  expect(kept).toBeDefined();
  expect(registry.find('ollama/b')).toBe(kept);
});

/** What a server with this list leads to, and what is logged of it. */
const discoverFrom = async (list: object) => {
  const logged: { readonly models?: readonly string[]; readonly count?: number; readonly msg: string }[] = [];
  const server = createServer((_, response) => response.end(JSON.stringify(list)));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const logger = pino({ level: 'warn' }, { write: (line: string) => void logged.push(JSON.parse(line)) });
  const environment = { OLLAMA_HOST: `127.0.0.1:${port}` };
  await using registry = await discover(environment, { demonstrationTokensPerSecond: 0 }, logger);
  server.close();
  return { ids: idsOf(registry), asked: registry.models.map(({ model }) => model.modelId), logged };
};

test('a list that is null, or has an entry without a name, is read', async () => {
  const none = await discoverFrom({ object: 'list', data: null });
  expect(none).toMatchObject({ ids: ['parlance/demonstration'], logged: [] });
  const { ids, logged } = await discoverFrom({
    data: [{ id: null }, { id: 'a' }, null, 'b', { id: 'c' }, { id: 'a' }],
  });
  expect(ids).toEqual(['ollama/a', 'ollama/c', 'parlance/demonstration']);
  expect(logged).toEqual([]);
});

test('models are served under the names that their server has for them', async () => {
  const names = ['/models/llama', '@cf/meta/llama-3-8b', 'My Model 7B', 'модель', 'モデル:7b', 'a+b@sha256:0'];
  const { ids, asked, logged } = await discoverFrom({ data: names.map((id) => ({ id })) });
  expect(ids).toEqual([...names.map((name) => `ollama/${name}`), 'parlance/demonstration']);
  expect(asked).toEqual([...names, 'demonstration']);
  expect(logged).toEqual([]);
});

test('models with names that cannot be used are ignored, named in a warning, and not replaced by the demonstration', async () => {
  const names = ['a\nb', ' ', '', 'x'.repeat(200), 'no\u200bspace'];
  const { ids, logged } = await discoverFrom({ data: names.map((id) => ({ id })) });
  expect(ids).toEqual([]);
  expect(logged).toMatchObject([
    { models: ['a\\nb', ' ', '', 'x'.repeat(128), 'no\u200bspace'], count: 5, msg: expect.stringContaining('ignored') },
  ]);
  const some = await discoverFrom({ data: [...names, 'good'].map((id) => ({ id })) });
  expect(some.ids).toEqual(['ollama/good', 'parlance/demonstration']);
  expect(some.logged).toHaveLength(1);
  const many = await discoverFrom({ data: Array.from({ length: 500 }, (_, index) => ({ id: `m${index}` })) });
  expect(many.ids).toHaveLength(201);
  expect(many.logged).toMatchObject([{ count: 300, models: expect.arrayContaining(['m200', 'm209']) }]);
});

test('a missing GGUF file is a fault at the start that names the variable', async () => {
  const llama = { modelPath: '/nowhere.gguf', sequences: 1, threads: 1, contextSize: undefined, gpu: 'off' as const };
  await expect(discover({}, { llama })).rejects.toThrow(/^MODEL_PATH: \/nowhere\.gguf cannot be loaded/);
});

test.each([
  ['http://host:8000/v1', 'http://host:8000/v1'],
  ['http://host:8000/', 'http://host:8000/v1'],
  ['https://proxy.example/openai/v1/', 'https://proxy.example/openai/v1'],
  ['127.0.0.1:11435', 'http://127.0.0.1:11435/v1'],
  ['0.0.0.0', 'http://127.0.0.1:11434/v1'],
  ['http://', undefined],
])('the address %s is read as %s', (text, expected) => {
  expect(parseBaseUrl(text)).toBe(expected);
});

const textIn = async (request: IncomingMessage): Promise<string> => {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
};

test('an Anthropic model is asked in its own wire format, with its key, and its usage is read', async () => {
  const asked: { key: unknown; body: string }[] = [];
  const events = [
    {
      type: 'message_start',
      message: {
        id: 'm',
        type: 'message',
        role: 'assistant',
        model: 'claude',
        content: [],
        stop_reason: null,
        stop_sequence: null,
        usage: { input_tokens: 11, cache_read_input_tokens: 5, output_tokens: 1 },
      },
    },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Hello' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: ' there' } },
    { type: 'content_block_stop', index: 0 },
    { type: 'message_delta', delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: { output_tokens: 2 } },
    { type: 'message_stop' },
  ];
  const server = createServer(async (request, response) => {
    asked.push({ key: request.headers['x-api-key'], body: await textIn(request) });
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join(''));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await using registry = await discover({
    ANTHROPIC_API_KEY: 'sesame',
    ANTHROPIC_BASE_URL: `http://127.0.0.1:${port}/v1`,
  });
  const model = registry.find('anthropic/claude-haiku-4-5')?.model;
  if (model === undefined) throw new Error('The model was not found.');
  let text = '';
  const end = await streamModel(
    model,
    { prompt: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }], maxOutputTokens: 9 },
    {
      timeouts: { firstTokenTimeoutMs: 5_000, stallTimeoutMs: 5_000 },
      signal: new AbortController().signal,
      onOpen: () => undefined,
      onText(more) {
        text += more;
        return undefined;
      },
    },
  );
  await new Promise((resolve) => server.close(resolve));
  expect(text).toBe('Hello there');
  expect(end).toMatchObject({
    finishReason: 'STOP',
    usage: { inputTokens: { total: 16, cacheRead: 5 }, outputTokens: { total: 2 } },
  });
  expect(asked).toEqual([{ key: 'sesame', body: expect.stringContaining('"max_tokens":9') }]);
});
