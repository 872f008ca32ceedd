import { expect, test } from 'vitest';
import { createWeighedMemory } from './weighed-memory.ts';

test('keeps the most recently used entries of all caches within one bound', () => {
  const memory = createWeighedMemory(100_000);
  const [names, sizes] = [memory.open<string>(), memory.open<number>()];
  names.set('one', 'eins', 40_000);
  sizes.set('two', 2, 40_000);
  expect(names.get('one')).toBe('eins');
  names.set('three', 'drei', 40_000);
  expect(sizes.get('two')).toBeUndefined();
  expect([names.get('one'), names.get('three')]).toEqual(['eins', 'drei']);
});

test('never exceeds its bound, however much is added', () => {
  const memory = createWeighedMemory(50_000);
  for (let index = 0; index < 500; index += 1) {
    memory.open<string>().set(`entry ${index}`, 'x', index * 97);
    expect(memory.weight).toBeLessThanOrEqual(50_000);
  }
});

test('does not keep an entry heavier than the bound, and evicts nothing for it', () => {
  const memory = createWeighedMemory(50_000);
  const cache = memory.open<string>();
  cache.set('small', 's', 10);
  cache.set('huge', 'h', 60_000);
  expect(cache.get('huge')).toBeUndefined();
  expect(cache.get('small')).toBe('s');
});

test('weighs a replaced entry once, by its newest value', () => {
  const memory = createWeighedMemory(50_000);
  const cache = memory.open<string>();
  for (let index = 0; index < 100; index += 1) cache.set('one', `value ${index}`, 5000);
  expect(cache.get('one')).toBe('value 99');
  expect(memory.weight).toBeLessThan(10_000);
});
