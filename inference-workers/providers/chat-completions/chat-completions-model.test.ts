import { once } from 'node:events';
import { createServer } from 'node:http';
import type { LanguageModelV4Prompt, LanguageModelV4StreamPart } from '@ai-sdk/provider';
import { Agent } from 'undici';
import { expect, test } from 'vitest';
import { startScriptedProvider } from '#tests/scripted-provider/scripted-provider.ts';
import { createChatCompletionsModel } from './chat-completions-model.ts';

test('a refusal is read as far as it is useful, and its connection is closed', async () => {
  const closed = Promise.withResolvers<void>();
  const server = createServer((request, response) => {
    request.resume();
    response.once('close', closed.resolve);
    response.writeHead(500, { 'retry-after': '7' });
    // The response does not end.
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

test('tools, calls and results are sent in the format of OpenAI, and a request without tools names none', async () => {
  await using provider = await startScriptedProvider();
  const dispatcher = new Agent();
  const { baseUrl } = provider;
  const model = createChatCompletionsModel({ provider: 'test', baseUrl, apiKey: undefined, model: 'm', dispatcher });
  const inputSchema = { type: 'object' as const, properties: { city: { type: 'string' as const } } };
  const tools = [{ type: 'function' as const, name: 'weather', description: 'Of a city.', inputSchema }];
  const question: LanguageModelV4Prompt = [
    {
      role: 'user',
      content: [
        { type: 'text', text: 'script: tokens=1 calls=[{"name":"weather","arguments":"{\\"city\\":\\"Bonn\\"}"}]' },
      ],
    },
  ];
  const ask = async (prompt: LanguageModelV4Prompt, options: object = {}): Promise<LanguageModelV4StreamPart[]> => {
    const { stream } = await model.doStream({ prompt, ...options });
    const parts: LanguageModelV4StreamPart[] = [];
    for await (const part of stream) parts.push(part);
    return parts;
  };

  const asked = await ask(question, { tools });
  const call = asked.find((part) => part.type === 'tool-call');
  expect(call).toMatchObject({ toolName: 'weather', input: '{"city":"Bonn"}' });
  const [id, toolName] = ['abc123def', 'weather'];
  const transcript: LanguageModelV4Prompt = [
    ...question,
    { role: 'assistant', content: [{ type: 'tool-call', toolCallId: id, toolName, input: { city: 'Bonn' } }] },
    {
      role: 'tool',
      content: [{ type: 'tool-result', toolCallId: id, toolName, output: { type: 'text', value: 'rain' } }],
    },
  ];
  const parts = await ask(transcript, { tools, toolChoice: { type: 'none' } });
  expect(parts.map((part) => (part.type === 'text-delta' ? part.delta : '')).join('')).toBe('rain w0 ');
  await ask(question);

  const [first, second, third] = provider.requests.map(({ body }) => body);
  expect(first?.tools).toEqual([
    { type: 'function', function: { name: 'weather', description: 'Of a city.', parameters: inputSchema } },
  ]);
  expect(first).not.toHaveProperty('tool_choice');
  expect(second?.tool_choice).toBe('none');
  expect(second?.messages.slice(1)).toEqual([
    {
      role: 'assistant',
      content: null,
      tool_calls: [{ id, type: 'function', function: { name: 'weather', arguments: '{"city":"Bonn"}' } }],
    },
    { role: 'tool', tool_call_id: id, content: 'rain' },
  ]);
  expect(third).not.toHaveProperty('tools');
  await dispatcher.close();
});
