import { expect, test } from 'vitest';
import { createApiKeyQuestions } from './api-key-questions.ts';
import type { LookUpApiKeys } from './look-up-api-keys.ts';

/** Answers a question when it is told to; remembers what was asked. */
const openLookUp = () => {
  const questions: { readonly hashes: readonly string[]; answer(): void }[] = [];
  const lookUp: LookUpApiKeys = (asked) => {
    const { promise, resolve } = Promise.withResolvers<null[]>();
    const hashes = asked.map(({ hash }) => hash);
    questions.push({ hashes, answer: () => resolve(hashes.map(() => null)) });
    return promise;
  };
  return { questions, lookUp };
};
const names = (prefix: string, count: number) => Array.from({ length: count }, (_, index) => `${prefix}${index}`);
const turn = () => new Promise((resolve) => setImmediate(resolve));

test('asks for many keys at once, and for those of each address in turn', async () => {
  const { questions, lookUp } = openLookUp();
  const { ask } = createApiKeyQuestions(lookUp, { batch: 4, atOnce: 1, perAddress: 100, total: 100 });
  const asked = [
    ...names('a', 10).map((hash) => ask(hash, 'a')),
    ...['b0', 'c0'].map((hash) => ask(hash, hash[0] ?? '')),
  ];
  expect(questions.map(({ hashes }) => hashes)).toEqual([['a0']]);
  questions[0]?.answer();
  await turn();
  expect(questions[1]?.hashes).toEqual(['a1', 'b0', 'c0', 'a2']);
  questions[1]?.answer();
  await turn();
  expect(questions[2]?.hashes).toEqual(['a3', 'a4', 'a5', 'a6']);
  questions[2]?.answer();
  await turn();
  questions[3]?.answer();
  expect(await Promise.all(asked)).toEqual(asked.map(() => null));
});

test('refuses an address with too much waiting, and makes space for others at its cost', async () => {
  const { questions, lookUp } = openLookUp();
  const { ask } = createApiKeyQuestions(lookUp, { batch: 10, atOnce: 1, perAddress: 5, total: 6 });
  const running = ask('first', 'a');
  const flood = names('a', 5).map((hash) => ask(hash, 'a'));
  await expect(ask('a5', 'a')).rejects.toMatchObject({ code: 'OVERLOADED' });
  const others = ['b', 'c'].map((from) => ask(from, from));
  await expect(flood[4]).rejects.toMatchObject({ code: 'OVERLOADED' });
  questions[0]?.answer();
  await turn();
  expect(questions[1]?.hashes.toSorted()).toEqual(['a0', 'a1', 'a2', 'a3', 'b', 'c']);
  questions[1]?.answer();
  expect(await Promise.all([running, ...flood.slice(0, 4), ...others])).toEqual(Array.from({ length: 7 }, () => null));
});
