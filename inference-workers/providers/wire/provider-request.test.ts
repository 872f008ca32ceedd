/** Requests to servers that redirect, compress, or do not end their responses. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { createGzip } from 'node:zlib';
import { expect, test } from 'vitest';
import { startScriptedProvider } from '#tests/scripted-provider/scripted-provider.ts';
import { createChatCompletionsModel } from '../chat-completions/chat-completions-model.ts';
import { listModels } from '../list-models.ts';
import { openProviderConnections } from '../provider-connections.ts';

const startServer = async (respond: RequestListener) => {
  const asked: Pick<IncomingMessage, 'url' | 'method' | 'headers'>[] = [];
  const server = createServer((request, response) => {
    asked.push(request);
    request.resume();
    respond(request, response);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  return {
    asked,
    origin: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};

/** Asks a model at this address for a text. */
const textFrom = async (baseUrl: string): Promise<string> => {
  await using connections = openProviderConnections(2_000);
  const { dispatcher } = connections;
  const model = createChatCompletionsModel({ provider: 'test', baseUrl, apiKey: 'a key', model: 'm', dispatcher });
  const { stream } = await model.doStream({ prompt: [{ role: 'user', content: [{ type: 'text', text: 'Hello' }] }] });
  let text = '';
  for await (const part of stream) {
    if (part.type === 'error') throw part.error;
    if (part.type === 'text-delta') text += part.delta;
  }
  return text;
};
const namesFrom = async (baseUrl: string) => {
  await using connections = openProviderConnections(2_000);
  const { dispatcher } = connections;
  const closed = new AbortController().signal;
  return await listModels({ baseUrl, apiKey: 'a key', dispatcher, timeoutMs: 5_000, closed });
};

test.each([307, 308])(
  'a redirect with %i on the same origin is followed with the same body and key',
  async (status) => {
    await using provider = await startScriptedProvider();
    provider.queue({ status, location: '/v1/chat/completions/' }, { tokens: 2 });
    expect(await textFrom(provider.baseUrl)).toBe('w0 w1 ');
    const [first, second] = provider.requests;
    expect(second?.body).toEqual(first?.body);
    expect(second?.headers['authorization']).toBe('Bearer a key');
  },
);

test('a list of models is found behind a redirect', async () => {
  await using server = await startServer(({ url }, response) => {
    if (url === '/v1/models') response.writeHead(301, { location: '/api/models?all=1' }).end();
    else response.end('{"data":[{"id":"a"}]}');
  });
  expect(await namesFrom(`${server.origin}/v1`)).toEqual({ names: ['a'], ignored: [] });
});

test.each([
  ['to another host', 308, (other: string) => other.replace('127.0.0.1', 'localhost')],
  ['to another port', 308, (other: string) => other],
  ['without its method', 302, () => '/v1/other'],
  ['to no address', 308, () => 'http://'],
])('a redirect %s is a refusal: neither the prompt nor the key goes there', async (_, status, locationOf) => {
  await using other = await startServer((_, response) => response.end());
  await using provider = await startScriptedProvider();
  provider.queue({ status, location: locationOf(`${other.origin}/v1/chat/completions`) });
  await expect(textFrom(provider.baseUrl)).rejects.toMatchObject({ statusCode: status });
  expect(other.asked).toEqual([]);
  expect(provider.requests).toHaveLength(1);
});

test('redirects in a circle end', async () => {
  await using provider = await startScriptedProvider();
  provider.queue(...Array.from({ length: 9 }, () => ({ status: 308, location: '/v1/chat/completions' })));
  await expect(textFrom(provider.baseUrl)).rejects.toMatchObject({ statusCode: 308 });
  expect(provider.requests).toHaveLength(4);
});

test('a compressed stream is read as it arrives, and its connection is closed when its reader leaves', async () => {
  const left = Promise.withResolvers<void>();
  await using server = await startServer((_, response) => {
    response.once('close', left.resolve);
    response.writeHead(200, { 'content-type': 'text/event-stream', 'content-encoding': 'gzip' });
    const compress = createGzip();
    compress.pipe(response);
    compress.write('data: {"choices":[{"delta":{"content":"Hel"}}]}\n\n');
    compress.flush();
  });
  await using connections = openProviderConnections(2_000);
  const { dispatcher } = connections;
  const baseUrl = server.origin;
  const model = createChatCompletionsModel({ provider: 'test', baseUrl, apiKey: undefined, model: 'm', dispatcher });
  const reader = new AbortController();
  const { stream } = await model.doStream({ prompt: [], abortSignal: reader.signal });
  const parts = stream.getReader();
  expect((await parts.read()).value).toMatchObject({ type: 'text-start' });
  expect((await parts.read()).value).toMatchObject({ type: 'text-delta', delta: 'Hel' });
  const next = parts.read();
  reader.abort();
  await expect(next).rejects.toThrow();
  await left.promise;
});

test('an endless list is not read for ever, and its connection is closed', async () => {
  const left = Promise.withResolvers<void>();
  await using server = await startServer((_, response) => {
    response.once('close', left.resolve);
    const more = (): void => {
      while (!response.destroyed && response.write('[1,'.repeat(10_000)));
      if (!response.destroyed) response.once('drain', more);
    };
    more();
  });
  await expect(namesFrom(server.origin)).rejects.toThrow('responded with too much');
  await left.promise;
});
