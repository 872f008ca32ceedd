import { expect, test } from 'vitest';
import { createApiKeyLookUpQueue } from './api-key-look-up-queue.ts';
import type { LookUpApiKeys } from './look-up-api-keys.ts';

/** Responds to a look-up when the test says so, and records the hashes. */
const openLookUp = () => {
  const lookUps: { readonly hashes: readonly string[]; respond(): void }[] = [];
  const lookUp: LookUpApiKeys = (asked) => {
    const { promise, resolve } = Promise.withResolvers<null[]>();
    const hashes = asked.map(({ hash }) => hash);
    lookUps.push({ hashes, respond: () => resolve(hashes.map(() => null)) });
    return promise;
  };
  return { lookUps, lookUp };
};
const names = (prefix: string, count: number) => Array.from({ length: count }, (_, index) => `${prefix}${index}`);
const nextIteration = () => new Promise((resolve) => setImmediate(resolve));

test('looks up many keys at once, round robin between addresses', async () => {
  const { lookUps, lookUp } = openLookUp();
  const { ask } = createApiKeyLookUpQueue(lookUp, { batch: 4, concurrent: 1, perAddress: 100, total: 100 });
  const asked = [
    ...names('a', 10).map((hash) => ask(hash, 'a')),
    ...['b0', 'c0'].map((hash) => ask(hash, hash[0] ?? '')),
  ];
  expect(lookUps.map(({ hashes }) => hashes)).toEqual([['a0']]);
  lookUps[0]?.respond();
  await nextIteration();
  expect(lookUps[1]?.hashes).toEqual(['a1', 'b0', 'c0', 'a2']);
  lookUps[1]?.respond();
  await nextIteration();
  expect(lookUps[2]?.hashes).toEqual(['a3', 'a4', 'a5', 'a6']);
  lookUps[2]?.respond();
  await nextIteration();
  lookUps[3]?.respond();
  expect(await Promise.all(asked)).toEqual(asked.map(() => null));
});

test('refuses an address with too many waiting keys, and makes way for others at its expense', async () => {
  const { lookUps, lookUp } = openLookUp();
  const { ask } = createApiKeyLookUpQueue(lookUp, { batch: 10, concurrent: 1, perAddress: 5, total: 6 });
  const running = ask('first', 'a');
  const flood = names('a', 5).map((hash) => ask(hash, 'a'));
  await expect(ask('a5', 'a')).rejects.toMatchObject({ code: 'OVERLOADED' });
  const others = ['b', 'c'].map((from) => ask(from, from));
  await expect(flood[4]).rejects.toMatchObject({ code: 'OVERLOADED' });
  lookUps[0]?.respond();
  await nextIteration();
  expect(lookUps[1]?.hashes.toSorted()).toEqual(['a0', 'a1', 'a2', 'a3', 'b', 'c']);
  lookUps[1]?.respond();
  expect(await Promise.all([running, ...flood.slice(0, 4), ...others])).toEqual(Array.from({ length: 7 }, () => null));
});
