import type { LanguageModelV4StreamPart } from '@ai-sdk/provider';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createPartReader } from '../wire/part-reader.ts';
import { createCompletionFormat } from './completion-format.ts';

const event = (body: object): string => `data: ${JSON.stringify(body)}\n\n`;
const delta = (delta: object, finish_reason: string | null = null) => event({ choices: [{ delta, finish_reason }] });
const done = 'data: [DONE]\n\n';

/** The parts of a text whose bytes arrive in pieces that end at these offsets. */
const partsOf = (text: string, ends: readonly number[] = []): LanguageModelV4StreamPart[] => {
  const bytes = new TextEncoder().encode(text);
  const reader = createPartReader(createCompletionFormat);
  const places = [...new Set([0, ...ends.map((end) => end % (bytes.length + 1)), bytes.length])].sort((a, b) => a - b);
  const parts = places.slice(1).flatMap((end, index) => [...reader.read(bytes.subarray(places[index], end))]);
  return [...parts, ...reader.end()];
};
const textOf = (parts: readonly LanguageModelV4StreamPart[]): string =>
  parts.map((part) => (part.type === 'text-delta' ? part.delta : '')).join('');

test('returns the text, the finish reason and the usage, wherever the bytes are cut', () => {
  const stream =
    ': a comment\n' +
    delta({ role: 'assistant', content: '' }) +
    delta({ content: 'Grüße ' }) +
    delta({ content: 'aus 東京 🎐' }).replaceAll('\n', '\r\n') +
    delta({}, 'length') +
    event({
      choices: [],
      usage: {
        prompt_tokens: 9,
        completion_tokens: 5,
        prompt_tokens_details: { cached_tokens: 4 },
        completion_tokens_details: { reasoning_tokens: 2 },
      },
    }) +
    done;
  fc.assert(
    fc.property(fc.array(fc.nat()), (ends) => {
      const parts = partsOf(stream, ends);
      expect(textOf(parts)).toBe('Grüße aus 東京 🎐');
      expect(parts.map(({ type }) => type)).toEqual(['text-start', 'text-delta', 'text-delta', 'text-end', 'finish']);
      expect(parts.at(-1)).toEqual({
        type: 'finish',
        finishReason: { unified: 'length', raw: 'length' },
        usage: {
          inputTokens: { total: 9, noCache: 5, cacheRead: 4, cacheWrite: undefined },
          outputTokens: { total: 5, text: 3, reasoning: 2 },
        },
      });
    }),
  );
});

test('reads what providers do differently: refusals, reasoning, content in parts, no end mark, their own finish reasons', () => {
  expect(textOf(partsOf(delta({ refusal: 'I will not.' })))).toBe('I will not.');
  const thinking = { content: [{ type: 'thinking', thinking: [{ type: 'text', text: 'hm' }] }] };
  for (const reasoning of [{ reasoning_content: 'hm' }, { reasoning: 'hm', content: null }, thinking]) {
    expect(partsOf(delta(reasoning))).toMatchObject([{ type: 'reasoning-delta', delta: 'hm' }]);
  }
  expect(textOf(partsOf(delta({ content: [{ type: 'text', text: 'so' }] })))).toBe('so');
  expect(textOf(partsOf(event({ error: null, usage: null, choices: [{ delta: { content: 'so' } }] })))).toBe('so');
  expect(partsOf(event({ error: null, choices: null }))).toEqual([]);
  expect(partsOf(delta({ content: 'x' }, 'done'))).toMatchObject([
    { type: 'text-start' },
    { type: 'text-delta', delta: 'x' },
    { type: 'text-end' },
    { type: 'finish', finishReason: { unified: 'other', raw: 'done' }, usage: { inputTokens: { total: undefined } } },
  ]);
});

const call = (index: number | undefined, id: string | undefined, name?: string, text?: string) => ({
  index,
  id,
  type: 'function',
  function: { name, arguments: text },
});
const calls = (...tool_calls: readonly object[]) => delta({ tool_calls });
const callsIn = (parts: readonly LanguageModelV4StreamPart[]) =>
  parts.flatMap((part) => (part.type === 'tool-call' ? [[part.toolName, part.input]] : []));

test.each([
  [
    'side by side, in pieces, as OpenAI',
    calls(call(0, 'a', 'weather', '')) +
      calls(call(0, undefined, undefined, '{"city":')) +
      calls(call(1, 'b', 'time', '')) +
      calls(call(0, undefined, undefined, '"Köln"}'), call(1, undefined, undefined, '{}')),
  ],
  [
    'whole, without numbers',
    calls(call(undefined, 'a', 'weather', '{"city":"Köln"}')) + calls(call(undefined, 'b', 'time', '{}')),
  ],
  ['whole, all with the index 0', calls(call(0, 'a', 'weather', '{"city":"Köln"}'), call(0, 'b', 'time', ''))],
  [
    'with the id and the name in each piece',
    calls(call(0, 'a', 'weather', '{"city":')) +
      calls(call(0, 'a', 'weather', '"Köln"}')) +
      calls(call(1, 'b', 'time', '{}')),
  ],
  [
    'without ids, the arguments as objects',
    calls({ index: 0, function: { name: 'weather', arguments: { city: 'Köln' } } }, call(1, '', 'time', ' ')),
  ],
  [
    'whole, all with the index 0 and without ids',
    calls(call(0, undefined, 'weather', '{"city":"Köln"}')) + calls(call(0, undefined, 'time', '{}')),
  ],
  ['whole, all with one id', calls(call(0, 'a', 'weather', '{"city":"Köln"}')) + calls(call(1, 'a', 'time', '{}'))],
  [
    'with a new id in each piece',
    calls(call(0, 'a', 'weather', '')) +
      calls(call(0, 'b', undefined, '{"city":')) +
      calls(call(0, 'c', '', '"Köln"}')) +
      calls(call(1, 'd', 'time', '')) +
      calls(call(1, 'e', undefined, '{}')),
  ],
  [
    'with a new id and the name in each piece, without numbers',
    calls(call(undefined, 'a', 'weather', '{"city":')) +
      calls(call(undefined, 'b', 'weather', '"Köln"}')) +
      calls(call(undefined, 'c', 'time', '{}')),
  ],
  [
    'again when they are whole',
    calls(call(0, 'a', 'weather', '{"city":"Köln"}')) +
      calls(call(1, 'b', 'time', '{}')) +
      calls(call(0, 'a', 'weather', '{"city":"Köln"}'), call(1, 'b', 'time', '{}')),
  ],
  [
    'with the number in the pieces after the first only',
    calls(call(undefined, 'a', 'weather', '')) +
      calls(call(0, 'a', undefined, '{"city":"Köln"}')) +
      calls(call(1, 'b', 'time', '{}')),
  ],
])('reads tool calls that come %s', (_, stream) => {
  fc.assert(
    fc.property(fc.array(fc.nat()), (ends) => {
      const parts = partsOf(delta({ content: 'Let me see.' }) + stream + delta({}, 'tool_calls') + done, ends);
      expect(textOf(parts)).toBe('Let me see.');
      expect(callsIn(parts)).toEqual([
        ['weather', '{"city":"Köln"}'],
        ['time', '{}'],
      ]);
      expect(parts.at(-1)).toMatchObject({ type: 'finish', finishReason: { unified: 'tool-calls' } });
      expect(parts.findIndex(({ type }) => type === 'tool-call')).toBeGreaterThan(
        parts.findLastIndex(({ type }) => type === 'tool-input-delta'),
      );
    }),
    { numRuns: 20 },
  );
});

test.each([
  ['and without ids', undefined, undefined],
  ['under one id', 'a', 'a'],
  ['with an id each', 'a', 'b'],
])('two calls of one tool, both with the index 0 %s, are two calls', (_, one, other) => {
  const both =
    calls(call(0, one, 'weather', '{"city":"Köln"}')) + calls(call(0, other, 'weather', '{"city":"} Bonn \\" {"}'));
  expect(callsIn(partsOf(both + delta({}, 'tool_calls') + done))).toEqual([
    ['weather', '{"city":"Köln"}'],
    ['weather', '{"city":"} Bonn \\" {"}'],
  ]);
});

test('calls of a truncated response do not count, though their pieces were a sign of life', () => {
  const parts = partsOf(calls(call(0, 'a', 'weather', '{"city":')));
  expect(parts.map(({ type }) => type)).toEqual(['tool-input-start', 'tool-input-delta']);
});

test('endless arguments are an error part', () => {
  const piece = calls(call(0, 'a', 'weather', 'x'.repeat(1024 * 512)));
  expect(partsOf(piece + piece + piece).at(-1)).toMatchObject({ type: 'error' });
});

test('a response that ends early reports the usage that it has, and no reason', () => {
  const usage = { prompt_tokens: 9, completion_tokens: 1 };
  const parts = partsOf(delta({ content: 'x' }) + event({ choices: [], usage }));
  expect(parts.at(-1)).toMatchObject({
    type: 'finish',
    finishReason: { unified: 'other', raw: undefined },
    usage: { inputTokens: { total: 9 }, outputTokens: { total: 1 } },
  });
});

test.each([
  ['STOP', 'stop'],
  ['eos_token', 'stop'],
  ['model_length', 'length'],
  ['MAX_TOKENS', 'length'],
  ['content_filter: PROHIBITED_CONTENT', 'content-filter'],
  ['sensitive', 'content-filter'],
  ['error', 'error'],
  ['abort', 'error'],
  ['network_error', 'error'],
  ['insufficient_system_resource', 'error'],
  ['other', 'error'],
])('the finish reason %s is understood as %s', (raw, unified) => {
  expect(partsOf(delta({ content: 'x' }, raw)).at(-1)).toMatchObject({ finishReason: { unified, raw } });
});

const counts = { prompt_tokens: 9, completion_tokens: 1 };

test.each([
  ['with the finish', event({ choices: [{ delta: {}, finish_reason: 'stop' }], usage: counts })],
  ['in the choice', event({ choices: [{ delta: {}, finish_reason: 'stop', usage: counts }] })],
  [
    'in a field of Groq',
    event({ choices: [{ delta: {}, finish_reason: 'stop' }], x_groq: { id: 'r', usage: counts } }),
  ],
  [
    'in every event',
    event({ choices: [{ finish_reason: 'stop' }], usage: { ...counts, completion_tokens: 0 } }) +
      event({ usage: counts }),
  ],
])('the usage is read %s', (_, end) => {
  const open = event({ choices: [{ delta: { content: 'x' }, finish_reason: 'null' }], usage: null });
  expect(partsOf(open + end + done).at(-1)).toMatchObject({
    type: 'finish',
    finishReason: { unified: 'stop' },
    usage: { inputTokens: { total: 9 }, outputTokens: { total: 1 } },
  });
});

test('a response that ends early has no finish part', () => {
  for (const stream of ['', delta({ content: 'x' }), delta({ content: 'x' }) + done]) {
    expect(partsOf(stream).filter(({ type }) => type === 'finish')).toEqual([]);
  }
});

test.each([
  ['an event that cannot be parsed', 'data: {"choices":[{"delta":\n\n'],
  ['an event of another form', event({ choices: 'none' })],
  ['an error in place of an event', event({ error: { message: 'overloaded' } })],
  ['an endless event', `data: ${'x'.repeat(1024 * 1024 + 1)}`],
])('%s is an error part, after the text before it', (_, broken) => {
  const parts = partsOf(delta({ content: 'before' }) + broken);
  expect(parts.map(({ type }) => type)).toEqual(['text-start', 'text-delta', 'error']);
});

test('endless calls are a fault', () => {
  const names = Array.from({ length: 129 }, (_, index) => call(index, `c${index}`, 'f', '{}'));
  const allowed = partsOf(delta({ tool_calls: names.slice(1) }) + delta({}, 'tool_calls') + done);
  expect(allowed.filter(({ type }) => type === 'tool-call')).toHaveLength(128);
  expect(partsOf(delta({ tool_calls: names })).at(-1)).toMatchObject({ type: 'error' });
});
