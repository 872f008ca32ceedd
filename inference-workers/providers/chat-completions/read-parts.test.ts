import type { LanguageModelV4StreamPart } from '@ai-sdk/provider';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createPartReader } from './read-parts.ts';

const event = (body: object): string => `data: ${JSON.stringify(body)}\n\n`;
const delta = (delta: object, finish_reason: string | null = null) => event({ choices: [{ delta, finish_reason }] });
const done = 'data: [DONE]\n\n';

/** What comes of a text whose bytes arrive in pieces that end at these places. */
const partsOf = (text: string, ends: readonly number[] = []): LanguageModelV4StreamPart[] => {
  const bytes = new TextEncoder().encode(text);
  const reader = createPartReader();
  const places = [...new Set([0, ...ends.map((end) => end % (bytes.length + 1)), bytes.length])].sort((a, b) => a - b);
  const parts = places.slice(1).flatMap((end, index) => [...reader.read(bytes.subarray(places[index], end))]);
  return [...parts, ...reader.end()];
};
const textOf = (parts: readonly LanguageModelV4StreamPart[]): string =>
  parts.map((part) => (part.type === 'text-delta' ? part.delta : '')).join('');

test('gives the text, the reason of the end and the usage, wherever the bytes are cut', () => {
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

test('reads what providers do differently: refusals, reasoning, content in parts, no end mark, reasons of their own', () => {
  expect(textOf(partsOf(delta({ refusal: 'I will not.' })))).toBe('I will not.');
  const thinking = { content: [{ type: 'thinking', thinking: [{ type: 'text', text: 'hm' }] }] };
  for (const reasoning of [{ reasoning_content: 'hm' }, { reasoning: 'hm', content: null }, thinking]) {
    expect(partsOf(delta(reasoning))).toMatchObject([{ type: 'reasoning-delta', delta: 'hm' }]);
  }
  expect(textOf(partsOf(delta({ content: [{ type: 'text', text: 'so' }] })))).toBe('so');
  expect(textOf(partsOf(event({ error: null, usage: null, choices: [{ delta: { content: 'so' } }] })))).toBe('so');
  expect(partsOf(event({ error: null, choices: null }))).toEqual([]);
  expect(partsOf(delta({ content: 'x' }, 'eos'))).toMatchObject([
    { type: 'text-start' },
    { type: 'text-delta', delta: 'x' },
    { type: 'text-end' },
    { type: 'finish', finishReason: { unified: 'other', raw: 'eos' }, usage: { inputTokens: { total: undefined } } },
  ]);
});

test('an answer that ends before it was finished has no finish', () => {
  for (const stream of ['', delta({ content: 'x' }), delta({ content: 'x' }) + done]) {
    expect(partsOf(stream).filter(({ type }) => type === 'finish')).toEqual([]);
  }
});

test.each([
  ['an event that cannot be read', 'data: {"choices":[{"delta":\n\n'],
  ['an event of another form', event({ choices: 'none' })],
  ['an error in place of an event', event({ error: { message: 'overloaded' } })],
  ['an event without end', `data: ${'x'.repeat(1024 * 1024 + 1)}`],
])('%s is an error part, after the text that came before it', (_, broken) => {
  const parts = partsOf(delta({ content: 'before' }) + broken);
  expect(parts.map(({ type }) => type)).toEqual(['text-start', 'text-delta', 'error']);
});
