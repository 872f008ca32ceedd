/** Replies that have to have a format: how models are asked for it, and what becomes of those that do not have it. */
import { expect, test } from 'vitest';
import type { StreamEvent } from '#contracts/stream-event.ts';
import type { StreamEntry } from '#kernel/stream-log/stream-log.ts';
import {
  messageEnd,
  messageStart,
  openAnthropicFixture,
  sentEvents,
  textBlock,
} from '../providers/anthropic/anthropic.fixture.ts';
import { bonn as call, openToolFixture } from '../tool.fixture.ts';
import { candidateOf, openWorkerFixture } from '../worker.fixture.ts';

const schema = {
  type: 'object',
  properties: { city: { type: 'string' }, people: { type: 'integer', minimum: 0 } },
  required: ['city', 'people'],
  additionalProperties: false,
};
const responseFormat = { type: 'JSON_SCHEMA' as const, schema };
const [bonn, wrong] = ['{"city":"Bonn","people":330000}', '{"city":"Bonn","people":"many"}'];
const strict = { ...schema, properties: { city: { type: 'string' }, people: { type: 'integer' } } };

const typesOf = (entries: readonly StreamEntry[]): readonly StreamEvent['type'][] =>
  entries.map(({ event }) => event.type);
const able = [candidateOf('openai/scripted', { capabilities: ['JSON'] })];

test('a model that can is held to the format, another one is only asked', async () => {
  await using fixture = await openWorkerFixture();
  await fixture.startWorker();
  fixture.provider.queue({ texts: [bonn] }, { texts: [bonn] }, { texts: ['[1]'] }, { texts: [bonn] });
  const formats = [responseFormat, { ...responseFormat, schema: strict }, { type: 'JSON' as const }];
  for (const format of formats) {
    const sent = await fixture.send('hello', { candidates: able, responseFormat: format });
    expect(await fixture.finished(sent)).toMatchObject({ status: 'COMPLETED', finishReason: 'STOP' });
  }
  await fixture.finished(await fixture.send('hello', { responseFormat }));
  expect(fixture.provider.requests.map(({ body }) => body['response_format'])).toEqual([
    { type: 'json_schema', json_schema: { name: 'reply', schema, strict: false } },
    { type: 'json_schema', json_schema: { name: 'reply', schema: strict, strict: true } },
    { type: 'json_object' },
    undefined,
  ]);
});

test('a server that knows no schemas is asked for JSON, one that knows no format for text, from then on', async () => {
  await using fixture = await openWorkerFixture();
  await fixture.startWorker();
  const refusal = (message: string) => ({
    status: 400,
    type: 'application/json',
    body: JSON.stringify({ error: { message } }),
  });
  fixture.provider.queue(
    refusal('This response_format type is unavailable now'),
    { texts: [bonn] },
    { texts: [bonn] },
    refusal('Unrecognized request argument supplied: response_format'),
    { texts: [bonn] },
  );
  for (let turn = 0; turn < 3; turn += 1) {
    await fixture.finished(await fixture.send('hello', { candidates: able, responseFormat }));
  }
  expect(fixture.provider.requests.map(({ body }) => JSON.stringify(body['response_format'])?.slice(0, 21))).toEqual([
    ...['{"type":"json_schema"', '{"type":"json_object"', '{"type":"json_object"', '{"type":"json_object"', undefined],
  ]);
});

test('Anthropic is held to a schema that its API takes', async () => {
  const reply = { body: sentEvents(messageStart, ...textBlock(bonn), ...messageEnd('end_turn')) };
  await using fixture = await openAnthropicFixture(reply, reply);
  for (const one of [strict, schema]) {
    const sent = await fixture.send('hello', { candidates: able, responseFormat: { ...responseFormat, schema: one } });
    expect(await fixture.finished(sent)).toMatchObject({ status: 'COMPLETED', text: bonn });
  }
  expect(fixture.asked[0]).toMatchObject({ output_config: { format: { type: 'json_schema', schema: strict } } });
  expect(fixture.asked[1]).not.toHaveProperty('output_config');
});

test('a reply that does not fit is voided by the one that the model writes once more, which is billed with it', async () => {
  await using fixture = await openWorkerFixture();
  await fixture.startWorker();
  fixture.provider.queue({ texts: [wrong] }, { texts: ['{"city":', '"Bonn","people":330000}'] });
  const id = await fixture.send('hello', { responseFormat });
  expect(await fixture.finished(id)).toMatchObject({ status: 'COMPLETED', text: bonn });
  const entries = await fixture.entries(id);
  expect(typesOf(entries)).toEqual([
    ...['MessageStarted', 'TokenDelta', 'MessageReset', 'TokenDelta', 'TokenDelta', 'MessageCompleted'],
  ]);
  expect(entries[2]?.event).toMatchObject({ reason: 'OUTPUT_INVALID' });
  const [first, second] = fixture.provider.requests;
  expect(second?.body.messages.slice(0, -2)).toEqual(first?.body.messages);
  expect(second?.body.messages.slice(-2)).toMatchObject([
    { role: 'assistant', content: wrong },
    { role: 'user', content: expect.stringContaining('#/people: Instance type "string" is invalid.') },
  ]);
  const { parts, usage } = await fixture.finished(id);
  expect(parts).toMatchObject([{ inAnswer: true, usage }]);
  expect(usage.inputTokens).toBe(2 * (await fixture.finished(await fixture.send('hello'))).usage.inputTokens);
});

test.each<[string, string]>([
  ['text', 'Bonn, I think'],
  ['JSON in a code fence', `\`\`\`json\n${bonn}\n\`\`\``],
  ['two values', `${bonn}${bonn}`],
  ['depth', '['.repeat(200)],
  ['another shape', wrong],
])('%s that comes twice is kept, with OUTPUT_INVALID', async (_, text) => {
  await using fixture = await openWorkerFixture();
  await fixture.startWorker();
  fixture.provider.queue({ texts: [text], usage: 'no' }, { texts: [text], usage: 'no' });
  const id = await fixture.send('hello', { responseFormat });
  const finished = await fixture.finished(id);
  expect(finished).toMatchObject({ status: 'FAILED', text, failure: { code: 'OUTPUT_INVALID', retryable: true } });
  expect(finished.modelFailures).toEqual([]);
  expect(finished.usage.outputTokens).toBeGreaterThan(0);
  expect((await fixture.entries(id)).at(-1)?.event).toMatchObject({ type: 'MessageFailed', code: 'OUTPUT_INVALID' });
  expect(fixture.provider.requests).toHaveLength(2);
});

test('what a limit cut off is not asked for again', async () => {
  await using fixture = await openWorkerFixture();
  await fixture.startWorker();
  fixture.provider.queue({ texts: ['{"city":'], finish: 'length' });
  const finished = await fixture.finished(await fixture.send('hello', { responseFormat }));
  expect(finished).toMatchObject({ status: 'FAILED', text: '{"city":', failure: { code: 'OUTPUT_INVALID' } });
  expect(finished.failure?.message).toContain('longer');
  expect(fixture.provider.requests).toHaveLength(1);
});

test('a model that fails while it writes once more leaves what came', async () => {
  await using fixture = await openWorkerFixture();
  await fixture.startWorker();
  fixture.provider.queue({ texts: [wrong] }, { status: 400 });
  const id = await fixture.send('hello', { responseFormat });
  expect(await fixture.finished(id)).toMatchObject({
    status: 'FAILED',
    text: wrong,
    failure: { code: 'OUTPUT_INVALID' },
  });
  expect(typesOf(await fixture.entries(id))).not.toContain('MessageReset');
});

test('a worker that takes over does not have the reply written a third time, and begins anew in the right format', async () => {
  await using fixture = await openWorkerFixture();
  const candidates = [candidateOf('openai/scripted', { capabilities: ['JSON', 'PREFILL'] })];
  const first = await fixture.startWorker({ shutdownGraceMs: 0 });
  fixture.provider.queue({ texts: [wrong] }, { texts: ['{"city":', 'x', 'y'], pace: 60_000 }, { texts: [wrong] });
  const id = await fixture.send('hello', { responseFormat, candidates });
  await fixture.provider.nextRequest();
  await fixture.provider.nextRequest();
  for await (const { event } of fixture.streamLog.tail(id, 0, new AbortController().signal)) {
    if (event.type === 'TokenDelta' && event.text.startsWith('{"city":') && event.text !== wrong) break;
  }
  await first[Symbol.asyncDispose]();
  await fixture.startWorker();
  expect(await fixture.finished(id)).toMatchObject({
    status: 'FAILED',
    text: wrong,
    failure: { code: 'OUTPUT_INVALID' },
  });
  const entries = await fixture.entries(id);
  expect(entries.flatMap(({ event }) => (event.type === 'MessageReset' ? [event.reason] : []))).toEqual([
    ...['OUTPUT_INVALID', 'WORKER_REPLACED'],
  ]);
  expect(fixture.provider.requests).toHaveLength(3);
});

test('calls of tools stay when the text is written again, and are not made again', async () => {
  await using fixture = await openToolFixture();
  await fixture.startToolWorker();
  fixture.provider.queue({ calls: [call], lead: 2 }, { texts: [bonn] }, { texts: [bonn] });
  const candidates = [candidateOf('openai/scripted', { capabilities: ['TOOLS', 'JSON'] })];
  const id = await fixture.sendWithTool('hello', { responseFormat, candidates });
  expect(await fixture.finished(id)).toMatchObject({
    status: 'COMPLETED',
    text: bonn,
    toolCalls: [{ name: 'weather', status: 'COMPLETED', result: 'rain-in-Bonn' }],
  });
  expect(fixture.tool.calls).toHaveLength(1);
  const last = fixture.provider.requests.at(-1)?.body;
  expect(last?.tool_choice).toBe('none');
  expect(last?.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool', 'assistant', 'user']);
});
