/** How much a model is asked to think: in the requests of each protocol, and where a model does not let one choose. */
import { expect, test } from 'vitest';
import {
  messageEnd,
  messageStart,
  openAnthropicFixture,
  sentEvents,
  textBlock,
} from '../providers/anthropic/anthropic.fixture.ts';
import { bonn, toolAt } from '../tool.fixture.ts';
import { candidateOf, openWorkerFixture } from '../worker.fixture.ts';

const long = candidateOf('openai/scripted', { contextWindow: 200_000, maxOutputTokens: 64_000 });
const candidates = [long];

test('a server of chat completions gets the effort, and room for the thoughts', async () => {
  await using fixture = await openWorkerFixture();
  await fixture.startWorker();
  for (const reasoningEffort of [undefined, 'NONE', 'LOW', 'HIGH'] as const) {
    await fixture.finished(await fixture.send('hello', { candidates, maxOutputTokens: 100, reasoningEffort }));
  }
  expect(fixture.provider.requests.map(({ body }) => [body['reasoning_effort'], body['max_tokens']])).toEqual([
    [undefined, 100],
    ['none', 100],
    ['low', 2_148],
    ['high', 24_676],
  ]);
});

test.each([
  ['OpenAI', { message: "Unsupported value: 'reasoning_effort' does not support 'none' with this model." }],
  ['Groq', { message: '`reasoning_effort` must be one of `low`, `medium`, or `high`' }],
  ['Azure', { message: 'Unrecognized request argument supplied: reasoning_effort' }],
])('an effort that a model refuses as %s words it is left out from then on, and others are not', async (_, error) => {
  await using fixture = await openWorkerFixture();
  await fixture.startWorker();
  fixture.provider.queue({ status: 400, type: 'application/json', body: JSON.stringify({ error }) }, { tokens: 1 });
  for (const reasoningEffort of ['NONE', 'NONE', 'HIGH'] as const) {
    const sent = await fixture.send('script: tokens=1', { candidates, reasoningEffort });
    expect(await fixture.finished(sent)).toMatchObject({ status: 'COMPLETED' });
  }
  expect(fixture.provider.requests.map(({ body }) => body['reasoning_effort'])).toEqual([
    ...['none', undefined, undefined, 'high'],
  ]);
});

const thinkingBlock = (text: string) => [
  { type: 'content_block_start', index: 0, content_block: { type: 'thinking', thinking: '' } },
  { type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: text } },
  { type: 'content_block_delta', index: 0, delta: { type: 'signature_delta', signature: 'c2ln' } },
  { type: 'content_block_stop', index: 0 },
];
const thoughtful = {
  body: sentEvents(messageStart, ...thinkingBlock('Hm.'), ...textBlock('Yes.'), ...messageEnd('end_turn')),
};

test('Anthropic gets a budget within the limit, and no temperature with it; its thoughts are shown, without signature', async () => {
  await using fixture = await openAnthropicFixture(thoughtful);
  const options = { candidates, maxOutputTokens: 100, temperature: 0.5 };
  const sent = await fixture.send('hello', { ...options, reasoningEffort: 'MEDIUM' });
  expect(await fixture.finished(sent)).toMatchObject({ text: 'Yes.', reasoning: 'Hm.' });
  await fixture.finished(await fixture.send('hello', { ...options, reasoningEffort: 'NONE' }));
  expect(fixture.asked).toMatchObject([
    { max_tokens: 8_292, thinking: { type: 'enabled', budget_tokens: 6_219 } },
    { max_tokens: 100, temperature: 0.5 },
  ]);
  expect(fixture.asked[0]).not.toHaveProperty('temperature');
  expect(fixture.asked[1]).not.toHaveProperty('thinking');
});

test('Anthropic is not asked to think after a call of a tool, whose step it would have to see with its signature', async () => {
  const call = sentEvents(
    messageStart,
    {
      type: 'content_block_start',
      index: 0,
      content_block: { type: 'tool_use', id: 'a', name: bonn.name, input: { city: 'Bonn' } },
    },
    { type: 'content_block_stop', index: 0 },
    ...messageEnd('tool_use'),
  );
  await using fixture = await openAnthropicFixture({ body: call }, thoughtful);
  const sent = await fixture.send('hello', {
    candidates: [{ ...long, capabilities: ['TOOLS'] }],
    reasoningEffort: 'LOW',
    tools: [toolAt('https://127.0.0.1:1/')],
  });
  expect(await fixture.finished(sent)).toMatchObject({ status: 'COMPLETED', text: 'Yes.' });
  expect(fixture.asked[0]).toMatchObject({ thinking: { budget_tokens: 2_048 } });
  expect(fixture.asked[1]).not.toHaveProperty('thinking');
});

test('a model of Anthropic that cannot think is asked without, from then on', async () => {
  const error = { type: 'invalid_request_error', message: "'claude' does not support thinking." };
  const refusal = { status: 400, type: 'application/json', body: JSON.stringify({ type: 'error', error }) };
  await using fixture = await openAnthropicFixture(refusal, thoughtful);
  for (let turn = 0; turn < 2; turn += 1) {
    const sent = await fixture.send('hello', { candidates, reasoningEffort: 'LOW' });
    expect(await fixture.finished(sent)).toMatchObject({ status: 'COMPLETED' });
  }
  expect(fixture.asked.map((body) => typeof body === 'object' && body !== null && 'thinking' in body)).toEqual([
    ...[true, false, false],
  ]);
});
