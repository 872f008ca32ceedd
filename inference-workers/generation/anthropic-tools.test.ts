import { createServer, type IncomingMessage } from 'node:http';
import type { LanguageModelV4CallOptions } from '@ai-sdk/provider';
import { expect, test } from 'vitest';
import { buildPrompt } from '../prompt/build-prompt.ts';
import { toolDefinitions } from '../prompt/tool-definitions.ts';
import { createAnthropicModel } from '../providers/anthropic/anthropic-model.ts';
import { openProviderConnections } from '../providers/provider-connections.ts';
import { bonn, toolAt } from '../tool.fixture.ts';
import type { ReplyStep } from '../transcript/reply-steps.ts';
import { streamModel } from './stream-model.ts';

const textIn = async (request: IncomingMessage): Promise<string> => {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
};

const usage = { input_tokens: 11, output_tokens: 1 };
const opening = { id: 'm', type: 'message', role: 'assistant', model: 'claude', content: [], stop_reason: null };
const events = [
  { type: 'message_start', message: { ...opening, stop_sequence: null, usage } },
  { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
  { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Let me see.' } },
  { type: 'content_block_stop', index: 0 },
  {
    type: 'content_block_start',
    index: 1,
    content_block: { type: 'tool_use', id: 'toolu_1', name: 'weather', input: {} },
  },
  { type: 'content_block_delta', index: 1, delta: { type: 'input_json_delta', partial_json: '{"city":' } },
  { type: 'content_block_delta', index: 1, delta: { type: 'input_json_delta', partial_json: '"Bonn"}' } },
  { type: 'content_block_stop', index: 1 },
  { type: 'message_delta', delta: { stop_reason: 'tool_use', stop_sequence: null }, usage: { output_tokens: 9 } },
  { type: 'message_stop' },
];

test('an Anthropic model is offered tools, calls them, and gets its calls back with the results', async () => {
  const asked: unknown[] = [];
  const server = createServer(async (request, response) => {
    asked.push(JSON.parse(await textIn(request)));
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join(''));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const baseUrl = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/v1`;
  await using connections = openProviderConnections(2_000);
  const { dispatcher } = connections;
  const model = createAnthropicModel({ provider: 'anthropic', baseUrl, apiKey: 'key', model: 'claude', dispatcher });
  let text = '';
  const ask = (call: Omit<LanguageModelV4CallOptions, 'abortSignal'>) =>
    streamModel(model, call, {
      timeouts: { firstTokenTimeoutMs: 5_000, stallTimeoutMs: 5_000 },
      signal: new AbortController().signal,
      onOpen: () => undefined,
      onText(more) {
        text += more;
        return undefined;
      },
    });
  const tools = [toolAt('https://tools.example/weather')];
  const limits = { contextWindow: 4096, maxOutputTokens: 100, countTokens: (one: string) => one.length };
  const promptOf = async (steps: readonly ReplyStep[]) => [
    ...(await buildPrompt([{ role: 'USER', content: 'How is the weather?' }], limits, { steps, tools })).messages,
  ];
  const end = await ask({ prompt: await promptOf([]), ...toolDefinitions(tools, true) });
  expect(text).toBe('Let me see.');
  expect(end).toMatchObject({ finishReason: 'TOOL_CALLS', calls: [{ toolName: 'weather', input: bonn.arguments }] });

  const calls = [{ id: 'abc123def', ...bonn, status: 'COMPLETED' as const, result: 'rain' }];
  await ask({ prompt: await promptOf([{ reasoning: '', text, calls }]), ...toolDefinitions(tools, false) });
  await new Promise((resolve) => server.close(resolve));
  const [tool] = tools;
  const offered = [{ name: 'weather', description: tool?.description, input_schema: tool?.parameters }];
  expect(asked).toMatchObject([
    { tools: offered },
    {
      tools: offered,
      tool_choice: { type: 'none' },
      messages: [
        { role: 'user' },
        {
          role: 'assistant',
          content: [
            { type: 'text', text: 'Let me see.' },
            { type: 'tool_use', id: 'abc123def', name: 'weather', input: { city: 'Bonn' } },
          ],
        },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'abc123def', content: 'rain' }] },
      ],
    },
  ]);
});
