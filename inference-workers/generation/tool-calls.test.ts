import { expect, test } from 'vitest';
import { applyToText } from '#contracts/stream-event.ts';
import type { StreamEntry } from '#kernel/stream-log/stream-log.ts';
import { textOf } from '#tests/scripted-provider/script.ts';
import { countO200kTokens } from '../prompt/count-tokens.ts';
import { bonn, callsIn, knowsTools, köln, openToolFixture, respondWithWeather, toolAt } from '../tool.fixture.ts';
import { candidateOf } from '../worker.fixture.ts';

const textIn = (entries: readonly StreamEntry[]): string =>
  entries.reduce((text, { event }) => applyToText(text, event), '');
const typesIn = (entries: readonly StreamEntry[]): readonly string[] => entries.map(({ event }) => event.type);

test('a tool call is run, shown in the stream, returned to the model and kept with the reply', async () => {
  await using fixture = await openToolFixture();
  await fixture.startToolWorker();
  fixture.provider.queue({ calls: [bonn], lead: 2 }, { tokens: 3 });
  const messageId = await fixture.sendWithTool('How is the weather?');
  const entries = await fixture.entries(messageId);
  const [started, completed] = callsIn(entries);
  const id = started?.id ?? '';
  expect(id).toMatch(/^[a-z0-9]{9}$/);
  expect(started).toEqual({ type: 'ToolCallStarted', id, ...bonn });
  const record = { id, ...bonn, status: 'COMPLETED', result: 'rain-in-Bonn' };
  expect(completed).toMatchObject({ type: 'ToolCallCompleted', ...record, durationMs: expect.any(Number) });
  expect(typesIn(entries).filter((type) => type !== 'TokenDelta')).toEqual([
    'MessageStarted',
    'ToolCallStarted',
    'ToolCallCompleted',
    'MessageCompleted',
  ]);
  const text = `${textOf(2)}\n\nrain-in-Bonn ${textOf(3)}`;
  expect(textIn(entries)).toBe(text);

  const finished = await fixture.finished(messageId);
  expect(finished).toMatchObject({
    status: 'COMPLETED',
    finishReason: 'STOP',
    text,
    toolCalls: [record],
    lastSeq: entries.length,
    // Of both requests: the prompt twice, two words and a call, then three words.
    usage: { inputTokens: 2000, cachedInputTokens: 800, outputTokens: 2 + 10 + 3, source: 'PROVIDER' },
  });
  expect(finished.parts).toMatchObject([{ inAnswer: true, usage: finished.usage }]);
  const [first, second] = fixture.provider.requests;
  expect(first?.body.tools).toMatchObject([{ function: { name: 'weather', description: 'The weather of a city.' } }]);
  expect(second?.body.messages.slice(1)).toEqual([
    {
      role: 'assistant',
      content: textOf(2),
      tool_calls: [{ id, type: 'function', function: bonn }],
    },
    { role: 'tool', tool_call_id: id, content: 'rain-in-Bonn' },
  ]);
  expect(fixture.tool.calls.map(({ headers }) => headers['idempotency-key'])).toEqual([`${messageId}:${id}`]);
});

test('the tokens of the reply so far are subtracted from those that the model may still write', async () => {
  await using fixture = await openToolFixture();
  await fixture.startToolWorker();
  fixture.provider.queue({ calls: [bonn], lead: 5 }, { tokens: 1 });
  await fixture.entries(await fixture.sendWithTool('', { maxOutputTokens: 100 }));
  const written = countO200kTokens(`${textOf(5)}weather{"city":"Bonn"}`);
  expect(fixture.provider.requests.map(({ body }) => body.max_tokens)).toEqual([100, 100 - written]);
});

test('calls of one step start together and run side by side; those of the next step come after them', async () => {
  const waiting: (() => void)[] = [];
  await using fixture = await openToolFixture((response, call) => {
    waiting.push(() => respondWithWeather(response, call));
    // The responses come in reverse order, once both calls have arrived.
    if (waiting.length === 2) for (const one of waiting.reverse()) one();
    if (waiting.length > 2) respondWithWeather(response, call);
  });
  const { streamLog } = fixture;
  const appends: string[][] = [];
  await fixture.startToolWorker({
    streamLog: {
      ...streamLog,
      append(...args) {
        appends.push(args[2].map(({ type }) => type));
        return streamLog.append(...args);
      },
    },
  });
  fixture.provider.queue({ calls: [bonn, köln] }, { calls: [bonn], steps: 2 }, { tokens: 1 });
  const messageId = await fixture.sendWithTool('');
  const calls = callsIn(await fixture.entries(messageId));
  expect(appends.find((types) => types.includes('ToolCallStarted'))?.slice(-2)).toEqual([
    'ToolCallStarted',
    'ToolCallStarted',
  ]);
  expect(calls.map(({ type }) => type.slice('ToolCall'.length))).toEqual([
    'Started',
    'Started',
    'Completed',
    'Completed',
    'Started',
    'Completed',
  ]);
  const { toolCalls } = await fixture.finished(messageId);
  expect(toolCalls?.map(({ result }) => result)).toEqual(['rain-in-Bonn', 'rain-in-Köln', 'rain-in-Bonn']);
  expect(new Set(toolCalls?.map(({ id }) => id)).size).toBe(3);
});

test('a model that never stops calling tools has to reply without them after eight steps', async () => {
  await using fixture = await openToolFixture();
  await fixture.startToolWorker();
  const call = JSON.stringify([bonn]);
  const messageId = await fixture.sendWithTool(`script: tokens=2 steps=99 calls=${call}`);
  await fixture.entries(messageId);
  const finished = await fixture.finished(messageId);
  expect(finished).toMatchObject({ status: 'COMPLETED', text: `${'rain-in-Bonn '.repeat(8)}${textOf(2)}` });
  expect(finished.toolCalls).toHaveLength(8);
  const choices = fixture.provider.requests.map(({ body }) => body.tool_choice);
  expect(choices).toEqual([...Array.from({ length: 8 }, () => undefined), 'none']);
});

test('of more than eight calls at once the rest is not run, and the model gets that as a result', async () => {
  await using fixture = await openToolFixture();
  await fixture.startToolWorker();
  const cities = Array.from({ length: 10 }, (_, city) => String(city));
  const calls = cities.map((city) => ({ name: 'weather', arguments: JSON.stringify({ city }) }));
  fixture.provider.queue({ calls }, { tokens: 1 });
  const messageId = await fixture.sendWithTool('');
  await fixture.entries(messageId);
  const { toolCalls } = await fixture.finished(messageId);
  expect(toolCalls?.map(({ status }) => status)).toEqual([
    ...Array.from({ length: 8 }, () => 'COMPLETED'),
    'FAILED',
    'FAILED',
  ]);
  expect(fixture.tool.calls).toHaveLength(8);
  expect(fixture.provider.requests.at(1)?.body.messages).toHaveLength(1 + 1 + 10);
});

test('a model without the capability is offered no tools', async () => {
  await using fixture = await openToolFixture();
  await fixture.startToolWorker();
  const messageId = await fixture.sendWithTool('hello', { candidates: [candidateOf('openai/scripted')] });
  await fixture.entries(messageId);
  expect(fixture.provider.requests.at(0)?.body).not.toHaveProperty('tools');
  expect(await fixture.finished(messageId)).not.toHaveProperty('toolCalls');
});

test.each([
  [
    'arguments that are not JSON',
    { name: 'weather', arguments: '{"city":' },
    'The arguments are not a JSON object of at most 64 levels.',
  ],
  ['an array', { name: 'weather', arguments: '["Bonn"]' }, 'The arguments are not a JSON object of at most 64 levels.'],
  ['a tool that does not exist', { name: 'wether/now ', arguments: '{}' }, 'There is no tool with this name.'],
])('%s is returned to the model as a failure, and the model continues', async (_, call, result) => {
  await using fixture = await openToolFixture();
  await fixture.startToolWorker();
  fixture.provider.queue({ calls: [call] }, { tokens: 3 });
  const messageId = await fixture.sendWithTool('');
  await fixture.entries(messageId);
  const finished = await fixture.finished(messageId);
  expect(finished).toMatchObject({ status: 'COMPLETED', toolCalls: [{ status: 'FAILED', result }] });
  expect(finished.text).toBe(`${result} ${textOf(3)}`);
  expect(fixture.tool.calls).toHaveLength(0);
  // The provider gets back a valid form, whatever its model wrote.
  const [returnedCall] = fixture.provider.requests.at(1)?.body.messages.at(1)?.tool_calls ?? [];
  expect(returnedCall?.['function']).toEqual({ name: expect.stringMatching(/^[a-zA-Z0-9_-]{1,64}$/), arguments: '{}' });
});

test('the failure of a tool is returned to the model, which continues', async () => {
  await using fixture = await openToolFixture((response) => response.writeHead(503).end());
  await fixture.startToolWorker();
  fixture.provider.queue({ calls: [bonn] }, { tokens: 1 });
  const messageId = await fixture.sendWithTool('');
  await fixture.entries(messageId);
  expect(await fixture.finished(messageId)).toMatchObject({
    status: 'COMPLETED',
    toolCalls: [{ status: 'FAILED', result: 'The tool failed with status 503.' }],
  });
});

test('a call with truncated arguments does not count: the next model is asked, and makes its own call', async () => {
  await using fixture = await openToolFixture();
  await fixture.startToolWorker({ settings: { retries: 0 } });
  fixture.provider.queue({ calls: [köln, bonn], torn: 'yes' }, { calls: [bonn] }, { tokens: 2 });
  const candidates = [knowsTools, candidateOf('openai/other', { capabilities: ['TOOLS'] })];
  const messageId = await fixture.sendWithTool('', { candidates });
  const entries = await fixture.entries(messageId);
  expect(typesIn(entries)).not.toContain('MessageReset');
  expect(await fixture.finished(messageId)).toMatchObject({
    status: 'COMPLETED',
    modelId: 'openai/other',
    text: `rain-in-Bonn ${textOf(2)}`,
    toolCalls: [bonn],
    modelFailures: [{ modelId: 'openai/scripted', code: 'MODEL_UNAVAILABLE' }],
  });
  expect(fixture.tool.calls).toHaveLength(1);
});

test('a model that fails between two steps is asked again with the results, and no tool is called again', async () => {
  await using fixture = await openToolFixture();
  await fixture.startToolWorker();
  fixture.provider.queue({ calls: [bonn] }, { status: 503 }, { tokens: 2 });
  const messageId = await fixture.sendWithTool('');
  const entries = await fixture.entries(messageId);
  expect(textIn(entries)).toBe(`rain-in-Bonn ${textOf(2)}`);
  expect(typesIn(entries).filter((type) => type === 'MessageStarted')).toHaveLength(1);
  expect(fixture.tool.calls).toHaveLength(1);
});

test('a next model without the capability gets the calls in words, and continues', async () => {
  await using fixture = await openToolFixture();
  await fixture.startToolWorker();
  fixture.provider.queue({ calls: [bonn] }, { status: 401 }, { tokens: 2 });
  const messageId = await fixture.sendWithTool('hello', { candidates: [knowsTools, candidateOf('openai/other')] });
  const entries = await fixture.entries(messageId);
  expect(typesIn(entries)).not.toContain('MessageReset');
  expect(fixture.provider.requests.at(2)?.body.messages).toEqual([
    { role: 'user', content: 'hello' },
    { role: 'assistant', content: 'I call weather.' },
    { role: 'user', content: 'Result of the tool weather for {"city":"Bonn"}:\nrain-in-Bonn' },
  ]);
  const finished = await fixture.finished(messageId);
  expect(finished).toMatchObject({ modelId: 'openai/other', toolCalls: [{ result: 'rain-in-Bonn' }] });
  const tokens = countO200kTokens('weather{"city":"Bonn"}');
  expect(finished.parts).toMatchObject([
    { modelId: 'openai/scripted', inAnswer: true, usage: { outputTokens: tokens, source: 'COUNTED' } },
    { modelId: 'openai/other', inAnswer: true, usage: { outputTokens: 2, source: 'PROVIDER' } },
  ]);
});

test('a model that begins anew and repeats a call gets the known outcome; the tool is called once', async () => {
  await using fixture = await openToolFixture();
  await fixture.startToolWorker({ settings: { retries: 0 } });
  fixture.provider.queue({ calls: [bonn] }, { tokens: 9, cut: 4 }, { calls: [bonn, köln] }, { tokens: 2 });
  const candidates = [knowsTools, candidateOf('openai/other', { capabilities: ['TOOLS'] })];
  const messageId = await fixture.sendWithTool('', { candidates });
  const entries = await fixture.entries(messageId);
  const types = typesIn(entries);
  const reset = types.indexOf('MessageReset');
  expect(entries[reset]?.event).toMatchObject({ reason: 'MODEL_REPLACED' });
  expect(types.slice(reset + 1, reset + 5)).toEqual([
    'ToolCallStarted',
    'ToolCallStarted',
    'ToolCallCompleted',
    'ToolCallCompleted',
  ]);
  const finished = await fixture.finished(messageId);
  expect(finished.text).toBe(`rain-in-Bonn rain-in-Köln ${textOf(2)}`);
  expect(finished.toolCalls).toMatchObject([bonn, köln]);
  expect(fixture.tool.calls.map(({ body }) => body.arguments['city'])).toEqual(['Bonn', 'Köln']);
  expect(finished.parts?.map(({ modelId, inAnswer }) => [modelId, inAnswer])).toEqual([
    ['openai/scripted', false],
    ['openai/other', true],
  ]);
});

test('tokens that the provider does not report are counted for every request', async () => {
  await using fixture = await openToolFixture();
  await fixture.startToolWorker();
  fixture.provider.queue({ calls: [bonn], usage: 'no' }, { tokens: 2, usage: 'no' });
  const messageId = await fixture.sendWithTool('hello');
  await fixture.entries(messageId);
  const { usage } = await fixture.finished(messageId);
  const { name, description, parameters } = toolAt('');
  const definition = countO200kTokens(JSON.stringify({ name, description, parameters }));
  const call = countO200kTokens('weather{"city":"Bonn"}');
  // 8 is the question with its overhead; 4 is the overhead of each of the two messages of the call.
  const firstPrompt = 8 + definition;
  expect(usage).toEqual({
    inputTokens: firstPrompt + (firstPrompt + call + countO200kTokens('rain-in-Bonn') + 2 * 4),
    cachedInputTokens: 0,
    outputTokens: call + countO200kTokens(`rain-in-Bonn ${textOf(2)}`),
    reasoningTokens: 0,
    source: 'COUNTED',
  });
});

test('a stop while a tool runs ends the call and the reply', async () => {
  await using fixture = await openToolFixture(() => undefined);
  await fixture.startToolWorker();
  fixture.provider.queue({ calls: [bonn], lead: 2 });
  const arrived = fixture.tool.nextCall();
  const messageId = await fixture.sendWithTool('');
  const { ended } = await arrived;
  await fixture.streamLog.requestStop(messageId);
  expect(await ended).toBe('left');
  const entries = await fixture.entries(messageId);
  expect(entries.slice(-2).map(({ event }) => event)).toMatchObject([
    { type: 'ToolCallCompleted', toolCall: { status: 'FAILED' } },
    { type: 'MessageCompleted', status: 'CANCELLED' },
  ]);
  expect(await fixture.finished(messageId)).toMatchObject({
    status: 'CANCELLED',
    finishReason: 'CANCELLED',
    text: textOf(2),
    toolCalls: [{ ...bonn, status: 'FAILED', result: 'The reply was stopped before the tool had responded.' }],
  });
  expect(fixture.provider.requests).toHaveLength(1);
});
