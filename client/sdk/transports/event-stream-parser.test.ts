import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createEventStreamParser } from './event-stream-parser.ts';

const whole =
  ': hello\r\n\r\nevent: next\r\nid: 1\r\ndata: {"a":1}\r\n\r\ndata: one\rdata:two\r\rdata\n\nevent: complete\ndata:\n\nevent: cut';
const events = [
  { event: 'next', data: '{"a":1}' },
  { event: 'message', data: 'one\ntwo' },
  { event: 'message', data: '' },
  { event: 'complete', data: '' },
];

test('returns the same events wherever the text is cut', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: whole.length })), (cuts) => {
      const parse = createEventStreamParser();
      const ends = [...cuts.toSorted((one, other) => one - other), whole.length];
      const found = ends.flatMap((end, index) => parse(whole.slice(ends[index - 1] ?? 0, end)));
      expect(found).toEqual(events);
    }),
  );
});
