import { expect, test } from 'vitest';
import { createWeighedMemory } from './weighed-memory.ts';

test('keeps what was used last within one bound, whichever cache it is in', () => {
  const memory = createWeighedMemory(100_000);
  const [names, sizes] = [memory.open<string>(), memory.open<number>()];
  names.set('one', 'eins', 40_000);
  sizes.set('two', 2, 40_000);
  expect(names.get('one')).toBe('eins');
  names.set('three', 'drei', 40_000);
  expect(sizes.get('two')).toBeUndefined();
  expect([names.get('one'), names.get('three')]).toEqual(['eins', 'drei']);
});

test('is never heavier than its bound, however much is given to it', () => {
  const memory = createWeighedMemory(50_000);
  for (let index = 0; index < 500; index += 1) {
    memory.open<string>().set(`entry ${index}`, 'x', index * 97);
    expect(memory.weight).toBeLessThanOrEqual(50_000);
  }
});

test('does not keep what is heavier than all of it, and lets nothing else go for that', () => {
  const memory = createWeighedMemory(50_000);
  const cache = memory.open<string>();
  cache.set('small', 's', 10);
  cache.set('huge', 'h', 60_000);
  expect(cache.get('huge')).toBeUndefined();
  expect(cache.get('small')).toBe('s');
});

test('weighs an entry that is replaced once, by its newest value', () => {
  const memory = createWeighedMemory(50_000);
  const cache = memory.open<string>();
  for (let index = 0; index < 100; index += 1) cache.set('one', `value ${index}`, 5000);
  expect(cache.get('one')).toBe('value 99');
  expect(memory.weight).toBeLessThan(10_000);
});
