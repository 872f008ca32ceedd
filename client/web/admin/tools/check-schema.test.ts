import { expect, test } from 'vitest';
import { checkSchema } from './check-schema.ts';

const whole = {
  type: 'object',
  properties: {
    order: { type: ['string', 'null'], description: 'a number', enum: ['a'] },
    lines: { type: 'array', items: { $ref: '#/$defs/line' } },
    either: { anyOf: [true, { type: 'integer' }], not: { type: 'boolean' } },
  },
  required: ['order'],
  additionalProperties: false,
  $defs: { line: { type: 'object' } },
};

test('a schema of an object has no fault', () => {
  expect(checkSchema(JSON.stringify(whole))).toBeUndefined();
  expect(checkSchema('{"type":"object"}')).toBeUndefined();
});

test.each([
  ['{', { fault: 'notJson', at: '' }],
  ['[]', { fault: 'notObject', at: '' }],
  ['null', { fault: 'notObject', at: '' }],
  ['{"type":"string"}', { fault: 'notObject', at: '' }],
  [`{"type":"object","description":"${'a'.repeat(8_200)}"}`, { fault: 'tooLong', at: '' }],
  ['{"type":"object","properties":{"a":{"type":"text"}}}', { fault: 'badType', at: 'properties.a.type' }],
  ['{"type":"object","properties":{"a":1}}', { fault: 'badKeyword', at: 'properties.a' }],
  ['{"type":"object","properties":[]}', { fault: 'badKeyword', at: 'properties' }],
  ['{"type":"object","required":[1]}', { fault: 'badKeyword', at: 'required' }],
  ['{"type":"object","anyOf":[]}', { fault: 'badKeyword', at: 'anyOf' }],
  ['{"type":"object","anyOf":[{"type":[]}]}', { fault: 'badType', at: 'anyOf.0.type' }],
  ['{"type":"object","items":{"$ref":"https://example.org"}}', { fault: 'badKeyword', at: 'items.$ref' }],
])('%s is refused with what and where', (text, found) => {
  expect(checkSchema(text)).toEqual(found);
});

test('a schema that nests without end is refused', () => {
  const depth = 500;
  const text = `{"type":"object","not":${'{"not":'.repeat(depth)}true${'}'.repeat(depth)}}`;
  expect(checkSchema(text)?.fault).toBe('tooDeep');
});
