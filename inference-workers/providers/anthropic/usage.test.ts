/** The usage that Anthropic reports goes through the same check as that of other providers. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { expect, test } from 'vitest';
import { countO200kTokens } from '../../prompt/count-tokens.ts';
import { openWorkerFixture } from '../../worker.fixture.ts';
import { openProviderConnections } from '../provider-connections.ts';
import { createModelRegistry } from '../registry.ts';
import { createAnthropicModel } from './anthropic-model.ts';

const repliesWith = (input_tokens: number, output_tokens: number) => {
  const message = { id: 'm', type: 'message', role: 'assistant', model: 'claude', content: [], stop_reason: null };
  return [
    { type: 'message_start', message: { ...message, stop_sequence: null, usage: { input_tokens, output_tokens: 1 } } },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Hello.' } },
    { type: 'content_block_stop', index: 0 },
    { type: 'message_delta', delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: { output_tokens } },
    { type: 'message_stop' },
  ];
};

test.each([
  ['a possible usage', 11, 3, 'PROVIDER'],
  ['an absurd number of tokens', 1e20, 3, 'COUNTED'],
  ['a negative count', 11, -3, 'COUNTED'],
  ['half a token', 11.5, 3, 'COUNTED'],
])('a model of Anthropic that reports %s is billed by the credible count', async (_, input, output, source) => {
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const events = repliesWith(input, output);
    response.end(events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join(''));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  const baseUrl = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/v1`;
  await using connections = openProviderConnections(2_000);
  const { dispatcher } = connections;
  const model = createAnthropicModel({ provider: 'anthropic', baseUrl, apiKey: 'key', model: 'claude', dispatcher });
  await using fixture = await openWorkerFixture();
  const [served] = fixture.registry.models.filter(({ modelId }) => modelId === 'openai/scripted');
  if (served === undefined) throw new Error('The fixture serves no such model.');
  await fixture.startWorker({ registry: createModelRegistry([{ ...served, model }]) });
  const finished = await fixture.finished(await fixture.send('hello'));
  const counted = { inputTokens: countO200kTokens('hello') + 7, outputTokens: countO200kTokens('Hello.') };
  expect(finished).toMatchObject({
    status: 'COMPLETED',
    usage: source === 'COUNTED' ? { ...counted, source } : { inputTokens: 11, outputTokens: 3, source },
  });
  server.close();
});
