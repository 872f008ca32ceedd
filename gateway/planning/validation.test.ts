import { buildSchema, parse } from 'graphql';
import { expect, test } from 'vitest';
import { faultsOf } from './validation.ts';

const schema = buildSchema('scalar Money type Query { costs(most: Float, exactly: Money, of: [Money]): Int }');

test.each(['{ costs(most: 1e400) }', '{ costs(exactly: -1e400) }', `{ costs(of: [1, { deep: ${'9'.repeat(400)} }]) }`])(
  'a number that is infinite for a computer is a fault of the document: %s',
  (text) => {
    expect(faultsOf(schema, parse(text))).toEqual([
      { message: 'A number is too large. Write a smaller one.', positions: [text.search(/-?[19][e9]/)] },
    ]);
  },
);

test('numbers of any other size are valid', () => {
  expect(faultsOf(schema, parse('{ costs(most: 1e308, exactly: 1e-400, of: [12345678901234567890]) }'))).toEqual([]);
});
