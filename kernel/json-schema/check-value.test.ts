import { expect, test } from 'vitest';
import { parseSchema, readSchema, SchemaFault } from './bounded-schema.ts';
import { checkValue } from './check-value.ts';

const person = {
  type: 'object',
  properties: {
    name: { type: 'string', minLength: 1, maxLength: 10 },
    born: { type: 'string', pattern: '^\\d{4}-\\d{2}-\\d{2}$' },
    tags: { type: 'array', items: { $ref: '#/$defs/tag' }, maxItems: 2 },
    constructor: { type: 'number' },
  },
  required: ['name'],
  additionalProperties: false,
  $defs: { tag: { enum: ['a', 'b', { deep: [1] }] } },
};

test.each<[unknown, string]>([
  [{ name: 'Ada', born: '1815-12-10', tags: ['a', { deep: [1] }] }, ''],
  [{}, '#: Instance does not have required property "name".'],
  [{ name: '' }, '#/name: The text has to have at least 1 characters and at most 10 characters.'],
  [{ name: '😀'.repeat(10) }, ''],
  [{ name: '😀'.repeat(11) }, '#/name: The text has to have at least 1 characters and at most 10 characters.'],
  [{ name: 'Ada', born: 'x1815-12-10' }, '#/born: The text has to have the pattern ^\\d{4}-\\d{2}-\\d{2}$.'],
  [{ name: 'Ada', tags: ['c'] }, '#/tags/0: Instance does not match any of ["a","b",{"deep":[1]}].'],
  [{ name: 'Ada', age: 3 }, '#/age: This property is not allowed.'],
  [JSON.parse('{"name":"Ada","__proto__":1}'), '#/__proto__: This property is not allowed.'],
  [[], '#: Instance type "array" is invalid. Expected "object".'],
])('%j', (value, misfit) => {
  expect(checkValue(readSchema(person), value)[0] ?? '').toBe(misfit);
});

test('combinations and conditions hold, references within the schema too', () => {
  const shape = (schema: unknown, value: unknown): boolean => checkValue(readSchema(schema), value).length === 0;
  const choice = { oneOf: [{ type: 'integer' }, { type: 'number', minimum: 2 }] };
  expect([1, 2, 2.5, 0.5, 'x'].map((value) => shape(choice, value))).toEqual([true, false, true, false, false]);
  const condition = JSON.parse('{"if":{"required":["a"]},"then":{"required":["b"]},"else":{"required":["c"]}}');
  expect([{ a: 1 }, { a: 1, b: 1 }, { c: 1 }, {}].map((value) => shape(condition, value))).toEqual([
    ...[false, true, true, false],
  ]);
  const pair = { prefixItems: [{ const: 1 }, true], items: false, definitions: { 'x/~y': { type: 'null' } } };
  expect([[1], [1, 2], [2], [1, 2, 3]].map((value) => shape(pair, value))).toEqual([true, true, false, false]);
  const tilde = { $ref: '#/definitions/x~1~0y', definitions: pair.definitions };
  expect([null, 1].map((value) => shape(tilde, value))).toEqual([true, false]);
});

const nested = (levels: number): unknown => (levels === 0 ? {} : { not: nested(levels - 1) });
const doubling = Object.fromEntries(
  Array.from({ length: 9 }, (_, index) => [
    `d${index}`,
    { anyOf: [{ $ref: `#/$defs/d${index + 1}` }, { $ref: `#/$defs/d${index + 1}` }] },
  ]),
);

test.each<[string, unknown, string]>([
  ['itself', { properties: { next: { $ref: '#' } } }, 'refers to itself'],
  ['a circle', { $ref: '#/$defs/a', $defs: { a: { items: { $ref: '#/$defs/a' } } } }, 'refers to itself'],
  ['another host', { $ref: 'https://example.org/schema' }, 'outside'],
  ['nothing', { $ref: '#/$defs/a' }, 'not there'],
  ['a prototype', { $ref: '#/__proto__' }, 'not there'],
  ['an explosion', { $ref: '#/$defs/d0', $defs: { ...doubling, d9: {} } }, 'subschemas'],
  ['depth', nested(40), 'deeper'],
  ['a pattern', { pattern: '(a)\\1' }, 'pattern'],
  ['a keyword', { uniqueItems: true }, 'not supported'],
  ['an inherited keyword', JSON.parse('{"toString":1}'), 'not supported'],
  ['a value', { type: 'text' }, '"type"'],
  ['another value', { required: 'name' }, '"required"'],
])('a schema with %s is refused', (_, schema, words) => {
  expect(() => readSchema(schema)).toThrow(SchemaFault);
  expect(() => readSchema(schema)).toThrow(words);
});

test.each(['{', '[]', '1', 'true', `{"description":"${'x'.repeat(20_000)}"}`, '{"a":'.repeat(5_000)])(
  'the text of a schema is refused unless it is an object of a bounded size: %#',
  (text) => {
    expect(() => parseSchema(text)).toThrow(SchemaFault);
  },
);

test('what would take long is not checked, and does not fit', () => {
  const many = { anyOf: Array.from({ length: 200 }, () => ({ items: { type: 'integer' }, maxItems: 1 })) };
  const items = Array.from({ length: 100_000 }, (_, index) => index);
  expect(checkValue(readSchema(many), items)).toEqual(['#: It is too large to be checked.']);
  const loose = { anyOf: Array.from({ length: 200 }, () => ({ items: { pattern: '^(?:a?){50}b' } })) };
  expect(checkValue(readSchema(loose), ['a'.repeat(100_000)])).toEqual(['#: It is too large to be checked.']);
  expect(checkValue(readSchema({ items: { type: 'integer' } }), items.slice(0, 50_000))).toEqual([]);
});

test('one check leaves nothing behind for the next', () => {
  const digits = readSchema({ pattern: '^\\d+$' });
  const letters = readSchema({ pattern: '^[a-z]+$' });
  expect([checkValue(digits, '1'), checkValue(letters, '1').length, checkValue(letters, 'a')]).toEqual([[], 1, []]);
});
