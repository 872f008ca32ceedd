import { once } from 'node:events';
import { createServer } from 'node:http';
import { Agent } from 'undici';
import { expect, test } from 'vitest';
import { createChatCompletionsModel } from './chat-completions-model.ts';

test('a refusal is read so far as it is of use, and its connection is closed', async () => {
  const closed = Promise.withResolvers<void>();
  const server = createServer((request, response) => {
    request.resume();
    response.once('close', closed.resolve);
    response.writeHead(500, { 'retry-after': '7' });
    // It goes on for ever.
    response.write(`overloaded ${'x'.repeat(200_000)}`);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const dispatcher = new Agent();
  const model = createChatCompletionsModel({
    provider: 'test',
    baseUrl: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/v1`,
    apiKey: 'a key',
    model: 'm',
    dispatcher,
  });
  const asked = model.doStream({ prompt: [{ role: 'user', content: [{ type: 'text', text: 'Hello' }] }] });
  await expect(asked).rejects.toMatchObject({
    statusCode: 500,
    responseHeaders: { 'retry-after': '7' },
    responseBody: expect.stringMatching(/^overloaded x{60000}/),
  });
  await closed.promise;
  await dispatcher.close();
  server.close();
});
