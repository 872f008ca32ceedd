import { expect, test } from 'vitest';
import { documentsOf } from './turn-terms.ts';

test('a model may search the collections of the turn, or those of its conversation, unless it gets no tools', () => {
  const conversation = { collectionIds: ['a'] };
  expect(documentsOf({ tools: undefined }, conversation)).toEqual({ collectionIds: ['a'] });
  expect(documentsOf({ tools: ['weather'] }, conversation)).toEqual({ collectionIds: ['a'] });
  expect(documentsOf({ tools: [] }, conversation)).toBeUndefined();
  expect(documentsOf({ tools: undefined, collectionIds: ['b', 'c'] }, conversation)).toEqual({
    collectionIds: ['b', 'c'],
  });
  expect(documentsOf({ tools: undefined, collectionIds: [] }, conversation)).toBeUndefined();
});
