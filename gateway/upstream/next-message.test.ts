import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cursorOf, mayHaveErrors, parseNextFrame } from './next-message.ts';

const bytes = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

test('finds id and payload of every next message that graphql-ws writes', () => {
  fc.assert(
    fc.property(fc.nat(), fc.jsonValue(), (id, payload) => {
      const found = parseNextFrame(bytes({ id: String(id), type: 'next', payload }));
      expect(found?.id).toBe(id);
      expect(found?.payload.toString()).toBe(JSON.stringify(payload));
    }),
  );
});

test.each([
  [{ type: 'next', id: '1', payload: {} }],
  [{ id: '', type: 'next', payload: {} }],
  [{ id: '1a', type: 'next', payload: {} }],
  [{ id: '1234567890123456', type: 'next', payload: {} }],
  [{ id: '1', type: 'error', payload: [] }],
  [{ id: '1', type: 'complete' }],
  [{ type: 'connection_ack' }],
  [''],
])('leaves %j to the parser', (message) => {
  expect(parseNextFrame(bytes(message))).toBeUndefined();
});

test('reads the same cursor as parsing, whatever the data holds', () => {
  const trap = fc.constantFrom('"extensions":{"cursor":"9"}}', '\\"', '"}}', 'é✓', 'plain');
  fc.assert(
    fc.property(fc.array(trap), fc.oneof(fc.string(), trap), fc.boolean(), (data, cursor, more) => {
      const extensions = more ? { cursor, more } : { cursor };
      expect(cursorOf(bytes({ data, extensions }))).toBe(cursor);
      expect(cursorOf(bytes({ extensions, data }))).toBe(cursor);
      expect(cursorOf(bytes({ data: { extensions: { cursor: 'inner' } } }))).toBeUndefined();
      expect(cursorOf(bytes({ data }))).toBeUndefined();
    }),
  );
});

test('detects errors where there are some, but not inside a text', () => {
  expect(mayHaveErrors(bytes({ errors: [{ message: '' }], data: null }))).toBe(true);
  expect(mayHaveErrors(bytes({ data: { text: '"errors":[' } }))).toBe(false);
});
