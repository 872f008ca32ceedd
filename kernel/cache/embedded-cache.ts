/** The cache of one process. At the bound on entries or characters it evicts the least recently used value. */
import { LRUCache } from 'lru-cache';
import type { Cache } from './cache.ts';

const maxEntries = 50_000;
/** Characters of keys and values together, about 64 to 128 MB. */
const maxCharacters = 64 * 1024 * 1024;

export const createEmbeddedCache = (): Cache => {
  const values = new LRUCache<string, string>({
    max: maxEntries,
    maxSize: maxCharacters,
    sizeCalculation: (value, key) => value.length + key.length + 1,
  });
  return {
    get: async (key) => values.get(key),
    set: async (key, value, ttlMs) => void values.set(key, value, { ttl: Math.max(1, Math.ceil(ttlMs)) }),
    delete: async (key) => void values.delete(key),
    [Symbol.asyncDispose]: async () => values.clear(),
  };
};
