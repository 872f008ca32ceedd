/** What a provider signed in a step with calls is given back with their results, while the same model goes on. */
import { expect, test } from 'vitest';
import { bonn, köln, toolAt } from '../tool.fixture.ts';
import { candidateOf } from '../worker.fixture.ts';
import {
  messageEnd,
  messageStart,
  openAnthropicFixture,
  sentEvents,
  textBlock,
} from './anthropic/anthropic.fixture.ts';
import { openDialectFixture } from './dialect-worker.fixture.ts';
import { type Dialect, dialects, signature } from './dialects.fixture.ts';

const { google, vertex, bedrock } = dialects;
const thinks = { reasoningEffort: 'MEDIUM', maxOutputTokens: 10_000, temperature: 0.3 } as const;

/** The bodies of the requests for a reply with two calls, one after the other. */
const bodiesOf = async (dialect: Dialect) => {
  const called = (call: typeof bonn) => dialect.reply({ thoughts: 'Hm, tools.', calls: [call], end: 'calls' });
  const scripts = [called(bonn), called(köln), dialect.reply({ texts: ['It rains.'] })];
  await using fixture = await openDialectFixture(dialect, scripts);
  const finished = await fixture.finished(await fixture.askWithTool('How is the weather?', thinks));
  expect(finished).toMatchObject({ status: 'COMPLETED', text: 'It rains.' });
  return fixture.asked.map(({ body }) => body);
};

test.each([
  ['Gemini', google],
  ['Vertex AI', vertex],
])('%s gets the signature of each call back with it', async (_, dialect) => {
  const [first, , last] = await bodiesOf(dialect);
  expect(first).toMatchObject({
    generationConfig: { thinkingConfig: { includeThoughts: true, thinkingLevel: 'medium' } },
  });
  const call = (args: object) => ({ functionCall: { name: 'weather', args }, thoughtSignature: signature });
  expect(last).toMatchObject({
    contents: [
      { role: 'user' },
      { role: 'model', parts: [{ thought: true }, call({ city: 'Bonn' })] },
      { role: 'user', parts: [{ functionResponse: { name: 'weather' } }] },
      { role: 'model', parts: [{ thought: true }, call({ city: 'Köln' })] },
      { role: 'user' },
    ],
  });
});

const block = (index: number, content_block: object, ...deltas: readonly object[]) => [
  { type: 'content_block_start', index, content_block },
  ...deltas.map((delta) => ({ type: 'content_block_delta', index, delta })),
  { type: 'content_block_stop', index },
];
const toolUse = block(
  2,
  { type: 'tool_use', id: 'toolu_1', name: 'weather', input: {} },
  { type: 'input_json_delta', partial_json: bonn.arguments },
);
const hidden = block(1, { type: 'redacted_thinking', data: 'aGlkZGVu' });

test('Anthropic gets signed and hidden thoughts back as they came, and goes on thinking', async () => {
  const thinking = [
    { type: 'thinking_delta', thinking: ' Hm, ' },
    { type: 'thinking_delta', thinking: 'tools.\n' },
    { type: 'signature_delta', signature },
  ];
  const shown = block(0, { type: 'thinking', thinking: '', signature: '' }, ...thinking);
  await using fixture = await openAnthropicFixture(
    { body: sentEvents(messageStart, ...shown, ...hidden, ...toolUse, ...messageEnd('tool_use')) },
    { body: sentEvents(messageStart, ...textBlock('It rains.'), ...messageEnd('end_turn')) },
  );
  const long = { contextWindow: 200_000, maxOutputTokens: 64_000 };
  const candidates = [candidateOf('openai/scripted', { capabilities: ['TOOLS'], ...long })];
  const tools = [toolAt('https://tools.invalid/weather')];
  await fixture.finished(await fixture.send('How is the weather?', { ...thinks, candidates, tools }));
  expect(fixture.asked).toMatchObject([
    { thinking: { type: 'enabled' } },
    {
      thinking: { type: 'enabled' },
      messages: [
        { role: 'user' },
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: ' Hm, tools.\n', signature },
            { type: 'redacted_thinking', data: 'aGlkZGVu' },
            { type: 'tool_use', name: 'weather' },
          ],
        },
        { role: 'user', content: [{ type: 'tool_result' }] },
      ],
    },
  ]);
});

test('Anthropic does not think on after calls that came without thoughts', async () => {
  await using fixture = await openAnthropicFixture(
    { body: sentEvents(messageStart, ...toolUse, ...messageEnd('tool_use')) },
    { body: sentEvents(messageStart, ...textBlock('It rains.'), ...messageEnd('end_turn')) },
  );
  const long = { contextWindow: 200_000, maxOutputTokens: 64_000 };
  const candidates = [candidateOf('openai/scripted', { capabilities: ['TOOLS'], ...long })];
  const tools = [toolAt('https://tools.invalid/weather')];
  await fixture.finished(await fixture.send('How is the weather?', { ...thinks, candidates, tools }));
  expect(fixture.asked).toMatchObject([{ thinking: { type: 'enabled' } }, { temperature: 0.3 }]);
  expect(fixture.asked[1]).not.toHaveProperty('thinking');
});

test('Bedrock gets signed thoughts back in front of the calls, and the model goes on thinking within the limit', async () => {
  const bodies = await bodiesOf(bedrock);
  for (const body of bodies) {
    expect(body).toMatchObject({ additionalModelRequestFields: { thinking: { type: 'enabled' } } });
    expect(body).not.toHaveProperty('inferenceConfig.temperature');
  }
  const reasoningContent = { reasoningText: { text: 'Hm, tools.', signature } };
  expect(bodies[2]).toMatchObject({
    messages: [
      { role: 'user' },
      { role: 'assistant', content: [{ reasoningContent }, { toolUse: { input: { city: 'Bonn' } } }] },
      { role: 'user', content: [{ toolResult: {} }] },
      { role: 'assistant', content: [{ reasoningContent }, { toolUse: { input: { city: 'Köln' } } }] },
      { role: 'user' },
    ],
  });
  // The package adds the budget to the limit.
  expect(bodies[0]).toMatchObject({ inferenceConfig: { maxTokens: 18_192 } });
});

test('Bedrock does not think after calls that another model made', async () => {
  const script = bedrock.reply({ calls: [bonn], end: 'calls' });
  await using fixture = await openDialectFixture(bedrock, [script, bedrock.reply({ texts: ['It rains.'] })]);
  await fixture.finished(await fixture.askWithTool('How is the weather?', thinks));
  expect(fixture.asked[0]?.body).toHaveProperty('additionalModelRequestFields.thinking');
  expect(fixture.asked[1]?.body).not.toHaveProperty('additionalModelRequestFields.thinking');
  expect(fixture.asked[1]?.body).toMatchObject({ inferenceConfig: { temperature: 0.3 } });
});

test('older Geminis get a budget within the limit, and a model that refuses to think is asked without', async () => {
  const modelId = 'google/gemini-2.5-flash-lite';
  const refusal = {
    error: { code: 400, message: 'Thinking is not supported by this model.', status: 'INVALID_ARGUMENT' },
  };
  await using fixture = await openDialectFixture(
    google,
    [google.reply({ texts: ['a'] }), { status: 400, body: JSON.stringify(refusal) }, google.reply({ texts: ['b'] })],
    { modelId },
  );
  const candidates = [candidateOf('openai/scripted', { modelId, contextWindow: 200_000, maxOutputTokens: 64_000 })];
  const texts: string[] = [];
  for (const _ of [1, 2, 3]) {
    texts.push(
      (await fixture.finished(await fixture.ask('Hi', { ...thinks, candidates, maxOutputTokens: 1_000 }))).text,
    );
  }
  expect(texts).toEqual(['a', 'b', 'b']);
  const budgets = fixture.asked.map(
    ({ body }) => Reflect.get(Object(body), 'generationConfig').thinkingConfig?.thinkingBudget,
  );
  expect(budgets).toEqual([6_894, 6_894, undefined, undefined]);
});
