import { buildSchema } from 'graphql';
import { expect, test } from 'vitest';
import { createDocuments } from './documents.ts';

test('remembers documents up to a total size, and drops the least recently used first', () => {
  const read = createDocuments(buildSchema('type Query { echo(text: String): String }'));
  const query = (number: number): string => `{ echo(text: "${number} ${'x'.repeat(1_000_000)}") }`;
  const small = read('{ echo }');
  const large = read(query(0));
  expect(read(query(0))).toBe(large);
  for (let number = 1; number <= 20; number += 1) {
    read(query(number));
    expect(read('{ echo }')).toBe(small);
  }
  expect(read(query(0))).not.toBe(large);
});
