/**
 * The memory of operations: many caches that share one bound. Every entry declares approximately how many bytes it
 * keeps alive. Beyond the bound the least recently used entry is evicted, whichever cache it is in. Invariant: the
 * weights together never exceed the bound; an entry heavier than the bound is not kept.
 */
import { LRUCache } from 'lru-cache';

export interface WeighedCache<Value> {
  get(key: string): Value | undefined;
  /** @param weight approximate bytes. */
  set(key: string, value: Value, weight: number): void;
}

export interface WeighedMemory {
  /** A cache with its own keys, within the common bound. It need not be closed. */
  open<Value>(): WeighedCache<Value>;
  /** The weight of everything that is kept now. */
  readonly weight: number;
}

/** Bytes of an entry besides its value. */
const entryWeight = 1000;

export const createWeighedMemory = (maxWeight: number): WeighedMemory => {
  const entries = new LRUCache<object, () => void>({ maxSize: maxWeight, dispose: (forget) => forget() });
  return {
    open<Value>(): WeighedCache<Value> {
      const known = new Map<string, { readonly value: Value }>();
      return {
        get(key) {
          const entry = known.get(key);
          if (entry) entries.get(entry);
          return entry?.value;
        },
        set(key, value, weight) {
          const former = known.get(key);
          if (former) entries.delete(former);
          const size = Math.ceil(weight) + 2 * key.length + entryWeight;
          if (size > maxWeight) return;
          const entry = { value };
          known.set(key, entry);
          entries.set(entry, () => known.get(key) === entry && known.delete(key), { size });
        },
      };
    },
    get weight() {
      return entries.calculatedSize;
    },
  };
};
