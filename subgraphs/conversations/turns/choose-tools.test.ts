import { expect, test } from 'vitest';
import { tool } from '../conversations.fixture.ts';
import { chooseTools } from './choose-tools.ts';

const [a, b] = [
  { ...tool, name: 'a' },
  { ...tool, name: 'b' },
];

test('a reply may call all tools unless the client names some, each counted once, or none', () => {
  expect(chooseTools([a, b], undefined)).toEqual([a, b]);
  expect(chooseTools([a, b], ['b', 'b'])).toEqual([b]);
  expect(chooseTools([a, b], [])).toEqual([]);
});

test('a name that no tool has is refused, naming the argument', () => {
  const refusal = expect.objectContaining({ code: 'BAD_USER_INPUT', argument: 'tools' });
  expect(() => chooseTools([a, b], ['a', 'c'])).toThrow(refusal);
});
