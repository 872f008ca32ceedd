/** What a stored reply cites: passages that it began with, and those that its model has searched for. */
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import type { Passage } from '#contracts/passages.ts';
import { candidate } from '../conversations.fixture.ts';
import { citationsOf } from './citations.ts';

const passageOf = (index: number): Passage => ({
  ...{ index, fileId: randomUUID(), fileName: 'pump.pdf', heading: '', text: `Text ${index}.`, score: 1 },
});
const [one, two, three] = [passageOf(1), passageOf(2), passageOf(3)];
const searched = (id: string, ...passages: readonly Passage[]) => ({
  ...{ id, name: 'search_documents', arguments: '{}', status: 'COMPLETED' as const, result: '' },
  passages: [...passages],
});
const generation = { userId: randomUUID(), candidates: [candidate], retrieval: { passages: [one] } };
const toolCalls = [
  { id: 'a', name: 'weather', arguments: '{}', status: 'COMPLETED' as const, result: '[2]' },
  searched('b', three, one),
  searched('c', two, three),
  { id: 'd', name: 'search_documents', arguments: '{}', status: 'RUNNING' as const },
];

test('a number stands for the same passage, whichever call found it, and is cited once', () => {
  const content = 'As [3] and [1] say, but not [7].';
  expect(citationsOf({ content, generation, toolCalls })).toEqual([one, three]);
  expect(citationsOf({ content, generation: { ...generation, retrieval: undefined }, toolCalls })).toEqual([
    one,
    three,
  ]);
  expect(citationsOf({ content, generation: undefined, toolCalls: null })).toEqual([]);
});
