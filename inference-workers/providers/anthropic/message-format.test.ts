/** What a server that speaks Anthropic's format may add to a reply, and how its replies may end. */
import { expect, test } from 'vitest';
import { createPartReader } from '../wire/part-reader.ts';
import {
  messageEnd,
  messageStart,
  openAnthropicFixture,
  sentEvents,
  textBlock,
  textDelta,
} from './anthropic.fixture.ts';
import { createMessageFormat } from './message-format.ts';

const usage = { inputTokens: 11, outputTokens: 3, source: 'PROVIDER' };
/** The result of a reply in this body, and of the requests after it. */
const replyOf = async (...bodies: readonly string[]) => {
  await using fixture = await openAnthropicFixture(...bodies.map((body) => ({ body })));
  const finished = await fixture.finished(await fixture.send('hello'));
  return { ...finished, requests: fixture.asked.length };
};
const whole = sentEvents(messageStart, ...textBlock('Hello.'), ...messageEnd('end_turn'));

test.each([
  ['events of unknown kinds and forms', sentEvents({ type: 'novelty', delta: 'x', index: 'a', usage: [] }) + whole],
  ['events without a kind', `data: {"delta":5}\n\n${whole}`],
  [
    'blocks and deltas of unknown forms',
    sentEvents(
      messageStart,
      ...textBlock('Hello.'),
      { type: 'content_block_start', index: 1, content_block: { type: 'novelty', text: {}, id: 5, name: [] } },
      {
        type: 'content_block_delta',
        index: 1,
        delta: { type: 'novelty_delta', text: {}, thinking: 5, partial_json: {} },
      },
      ...messageEnd('end_turn'),
    ),
  ],
  ['events of unknown kinds', sentEvents({ type: 'ping' }, { type: 'novelty' }) + whole],
  [
    'events without data, of unknown fields, with a bad retry',
    `data:\n\nevent: ping\ndata\n\nfoo: 1\nretry: x\n\n${whole}`,
  ],
  ['a text to keep the connection alive', `event: ping\ndata: ping\n\n: ping\n\n${whole}`],
  ['junk behind the end', `${whole}data: {"type":\n\ndata: {"type":"error","error":{"type":"api_error"}}\n\n`],
  ['junk before the last event', `${whole.slice(0, whole.indexOf('event: message_stop'))}data: {"type":\n\n`],
  [
    'blocks and deltas of unknown kinds',
    sentEvents(
      messageStart,
      ...textBlock('Hello'),
      { type: 'content_block_start', index: 1, content_block: { type: 'novelty', text: 'no' } },
      { ...textDelta('no'), index: 1 },
      { type: 'content_block_delta', index: 0, delta: { type: 'novelty_delta', text: 'no' } },
      { type: 'content_block_stop', index: 1 },
      { ...textDelta('.'), index: 2 },
      ...messageEnd('end_turn'),
    ),
  ],
])('%s in a stream do no harm', async (_, body) => {
  expect(await replyOf(body)).toMatchObject({ status: 'COMPLETED', text: 'Hello.', usage, requests: 1 });
});

test('a reply in one piece is read, with its calls and its usage', async () => {
  const body = JSON.stringify({
    type: 'message',
    content: [{ type: 'text', text: 'Hello.' }],
    stop_reason: 'max_tokens',
    usage: { input_tokens: 6, cache_read_input_tokens: 5, output_tokens: 3 },
  });
  expect(await replyOf(body)).toMatchObject({
    status: 'COMPLETED',
    finishReason: 'LENGTH',
    text: 'Hello.',
    usage: { ...usage, cachedInputTokens: 5 },
  });
});

test.each([
  ['at the end', 0, { input_tokens: 11, output_tokens: 3 }],
  ['at the start, and 0 at the end', 11, { input_tokens: 0, output_tokens: 3 }],
])('the input is counted as it is reported %s', async (_, input_tokens, counts) => {
  const start = { type: 'message_start', message: { content: [], usage: { input_tokens, output_tokens: 1 } } };
  const end = { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: counts };
  expect(await replyOf(sentEvents(start, ...textBlock('Hello.'), end))).toMatchObject({ usage });
});

const failure = (type: string, message = 'no') => ({ type: 'error', error: { type, message } });

test.each([
  ['overloaded_error', 'Overloaded'],
  ['api_error', 'Internal server error'],
  ['rate_limit_error', 'This request would exceed your rate limit'],
])('%s before the first word is retried', async (type, message) => {
  const busy = sentEvents(messageStart, { type: 'ping' }, failure(type, message));
  expect(await replyOf(busy, busy, whole)).toMatchObject({ status: 'COMPLETED', text: 'Hello.', usage, requests: 3 });
});

test.each([
  ['prompt is too long: 213462 tokens > 200000 maximum'],
  ['input length and `max_tokens` exceed context limit: 178902 + 32000 > 200000, decrease input length'],
])('"%s" inside a stream is CONTEXT_TOO_LONG', async (message) => {
  const refused = sentEvents(messageStart, failure('invalid_request_error', message));
  expect(await replyOf(refused)).toMatchObject({ failure: { code: 'CONTEXT_TOO_LONG' }, requests: 1 });
});

test.each([
  ['without an end', sentEvents(messageStart, ...textBlock('Hel'))],
  ['with an end that gives no reason', sentEvents(messageStart, ...textBlock('Hel'), ...messageEnd(null))],
  ['in the middle of an event', `${sentEvents(messageStart, ...textBlock('Hel'))}event: content_bl`],
  ['with an error', sentEvents(messageStart, ...textBlock('Hel'), failure('overloaded_error'))],
])('a reply that ends %s is PARTIAL', async (_, body) => {
  expect(await replyOf(body)).toMatchObject({ status: 'PARTIAL', text: 'Hel', finishReason: 'ERROR' });
});

test('blocks that are all numbered 0 are distinguished', async () => {
  const use = (id: string, city: string) => [
    { type: 'content_block_start', index: 0, content_block: { type: 'tool_use', id, name: 'weather', input: {} } },
    { type: 'content_block_delta', index: 0, delta: { type: 'input_json_delta', partial_json: '{"city":' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'input_json_delta', partial_json: `"${city}"}` } },
    { type: 'content_block_stop', index: 0 },
  ];
  const reader = createPartReader(createMessageFormat);
  const body = sentEvents(messageStart, ...use('a', 'Bonn'), ...use('b', 'Köln'), ...messageEnd('tool_use'));
  const parts = reader.read(new TextEncoder().encode(body));
  expect(parts.filter(({ type }) => type === 'tool-call')).toMatchObject([
    { toolCallId: 'a', toolName: 'weather', input: '{"city":"Bonn"}' },
    { toolCallId: 'b', toolName: 'weather', input: '{"city":"Köln"}' },
  ]);
});

test('blocks without end are a fault', async () => {
  const starts = Array.from({ length: 1_025 }, (_, index) => ({
    type: 'content_block_start',
    index,
    content_block: { type: 'novelty' },
  }));
  const body = sentEvents(messageStart, ...starts, ...textBlock('Hello.'), ...messageEnd('end_turn'));
  expect(await replyOf(body)).toMatchObject({ status: 'FAILED', text: '' });
});

test('a text of another form is a fault', async () => {
  const odd = { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 5 } };
  const body = sentEvents(messageStart, ...textBlock('Hel'), odd, ...messageEnd('end_turn'));
  expect(await replyOf(body)).toMatchObject({ status: 'PARTIAL', text: 'Hel' });
});

test.each([
  ['stop_sequence', 'STOP'],
  ['max_tokens', 'LENGTH'],
  ['model_context_window_exceeded', 'LENGTH'],
  ['refusal', 'CONTENT_FILTER'],
  ['novelty', 'STOP'],
])('the reason %s is %s', async (reason, finishReason) => {
  const body = sentEvents(messageStart, ...textBlock('Hello.'), ...messageEnd(reason));
  expect(await replyOf(body)).toMatchObject({ status: 'COMPLETED', finishReason });
});

test('a temperature that the model does not accept is left out, and from then on at once', async () => {
  const error = { type: 'invalid_request_error', message: '`temperature` is deprecated for this model.' };
  const refused = { status: 400, type: 'application/json', body: JSON.stringify({ type: 'error', error }) };
  await using fixture = await openAnthropicFixture(refused, { body: whole });
  for (let turns = 0; turns < 2; turns += 1) {
    const finished = await fixture.finished(await fixture.send('hello', { temperature: 1.5 }));
    expect(finished).toMatchObject({ status: 'COMPLETED', text: 'Hello.' });
  }
  const [first, ...later] = fixture.asked;
  expect(first).toMatchObject({ temperature: 1 });
  expect(later).toHaveLength(2);
  for (const body of later) expect(body).not.toHaveProperty('temperature');
});

test('turns alternate in the request, and no text is empty', async () => {
  await using fixture = await openAnthropicFixture({ body: whole });
  const history = [
    { role: 'SYSTEM' as const, content: 'Be brief.' },
    { role: 'USER' as const, content: 'one' },
    { role: 'ASSISTANT' as const, content: ' \n' },
    { role: 'USER' as const, content: 'two' },
  ];
  await fixture.finished(await fixture.send('', { history }));
  expect(fixture.asked).toMatchObject([
    {
      system: [{ type: 'text', text: 'Be brief.' }],
      messages: [{ role: 'user', content: [{ type: 'text', text: 'one\n\ntwo' }] }],
    },
  ]);
});
