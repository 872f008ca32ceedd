import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type ElementBounds, type JsonElement, jsonElements, placeOf, TextTooLongError } from './json-elements.ts';

const generous: ElementBounds = { mostBytes: 1_000_000, mostDepth: 1_000, mostTextBytes: 10_000_000 };

async function* piecesOf(text: string, length: number) {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}
const split = async (text: string, pieceLength = 7, bounds = generous): Promise<readonly JsonElement[]> => {
  const place = placeOf(Buffer.from(text));
  if (place === undefined) throw new Error('no JSON of conversations');
  const elements: JsonElement[] = [];
  for await (const element of jsonElements(piecesOf(text, pieceLength), place, bounds)) elements.push(element);
  return elements;
};
const textsOf = (elements: readonly JsonElement[]): unknown[] =>
  elements.map((element) => ('text' in element ? JSON.parse(element.text) : element.fault));

test('the objects of any array are found, however the text is cut', async () => {
  const objects = fc.array(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 4 })), { maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(
      objects,
      fc.integer({ min: 1, max: 40 }),
      fc.constantFrom(0, 1),
      async (values, length, indent) => {
        const ours = { format: 'parlance.conversations', version: 1, conversations: values, after: [{ not: 'one' }] };
        for (const whole of [values, ours]) {
          expect(textsOf(await split(JSON.stringify(whole, null, indent), length))).toEqual(
            JSON.parse(JSON.stringify(values)),
          );
        }
        expect(textsOf(await split(JSON.stringify({ values }, null, indent), length))).toEqual([
          JSON.parse(JSON.stringify({ values })),
        ]);
      },
    ),
    { numRuns: 60 },
  );
});

test('an object that is too long or too deep is left out, and the others are found', async () => {
  const deep = `${'['.repeat(50)}${']'.repeat(50)}`;
  const text = `[{"a":1},{"long":"${'x'.repeat(500)}"},{"b":"]}\\"{["},{"deep":${deep}},{"c":3}]`;
  const elements = await split(text, 64, { ...generous, mostBytes: 200, mostDepth: 20 });
  expect(textsOf(elements)).toEqual([{ a: 1 }, 'TOO_LONG', { b: ']}"{[' }, 'TOO_DEEP', { c: 3 }]);
});

test('the whole text has a bound, and what breaks off gives no element', async () => {
  await expect(split(`[${'{},'.repeat(100)}{}]`, 64, { ...generous, mostTextBytes: 100 })).rejects.toThrow(
    TextTooLongError,
  );
  expect(await split('[{"a":1},{"b":')).toHaveLength(1);
});

test.each([
  ['[]', 'ARRAY'],
  ['\uFEFF  [{}]', 'ARRAY'],
  ['{"conversationId":"1"}', 'ROOT'],
  ['{ "format": "parlance.conversations" }', 'INNER_ARRAY'],
  ['<html>', undefined],
  ['', undefined],
])('%j has its conversations in %s', (text, place) => {
  expect(placeOf(Buffer.from(text))).toBe(place);
});
