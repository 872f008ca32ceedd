/** The reply cache of one process, in its memory. What is lost with the process costs a request to a model each. */
import {
  defaultReplyCacheBounds,
  entryOverhead,
  fieldOf,
  longestLifeMs,
  longestValue,
  type ReplyCache,
  type ReplyCacheBounds,
  sliceOf,
  slices,
  withdrawnForMs,
} from './reply-cache.ts';

interface Entry {
  readonly tenantId: string;
  readonly value: string;
  readonly expiresAt: number;
  readonly weight: number;
}

interface Slice {
  readonly entries: Map<string, Entry>;
  readonly leases: Map<string, { readonly holder: string; readonly expiresAt: number }>;
  /** When each source may be forgotten, in the order of their withdrawal. */
  readonly withdrawn: Map<string, number>;
  weight: number;
}

/** What an eviction frees of a slice, beyond the entry that it makes room for. */
const freedShare = 0.1;

const createSlice = (): Slice => ({ entries: new Map(), leases: new Map(), withdrawn: new Map(), weight: 0 });

/** Two bytes a character, as strings may take. */
const weightOf = (field: string, value: string): number => 2 * (field.length + value.length) + entryOverhead;

const removeEntry = (slice: Slice, field: string): void => {
  slice.weight -= slice.entries.get(field)?.weight ?? 0;
  slice.entries.delete(field);
};

const dropExpired = (slice: Slice, now: number): void => {
  for (const [field, { expiresAt }] of slice.entries) if (expiresAt <= now) removeEntry(slice, field);
  for (const [field, { expiresAt }] of slice.leases) if (expiresAt <= now) slice.leases.delete(field);
};

const sumOf = (entries: readonly (readonly [string, Entry])[]): number =>
  entries.reduce((sum, [, { weight }]) => sum + weight, 0);

/** The most that each of several tenants may have, so that together they have no more than `target`. */
const fairShare = (weights: readonly number[], target: number): number => {
  let left = target;
  for (const [index, weight] of weights.toSorted((one, other) => one - other).entries()) {
    const share = left / (weights.length - index);
    if (weight > share) return share;
    left -= weight;
  }
  return target;
};

/**
 * Makes room in one walk over the slice, and for more than the next entry: a slice that is full is not walked again for
 * each entry that comes.
 */
const evict = (slice: Slice, target: number): void => {
  const soonest = [...slice.entries].sort(([, one], [, other]) => one.expiresAt - other.expiresAt);
  const tenants = [...Map.groupBy(soonest, ([, { tenantId }]) => tenantId).values()];
  const share = fairShare(tenants.map(sumOf), target);
  for (const entries of tenants) {
    let weight = sumOf(entries);
    for (const [field, entry] of entries) {
      if (weight <= share) break;
      removeEntry(slice, field);
      weight -= entry.weight;
    }
  }
};

export const createEmbeddedReplyCache = (bounds: ReplyCacheBounds = defaultReplyCacheBounds): ReplyCache => {
  const all = Array.from({ length: slices }, createSlice);
  const most = bounds.maxBytes / slices;
  const find = (tenantId: string): Slice => all[sliceOf(tenantId)] ?? createSlice();

  return {
    async get(key) {
      const slice = find(key.tenantId);
      const entry = slice.entries.get(fieldOf(key));
      if (entry === undefined) return undefined;
      if (entry.expiresAt > Date.now()) return entry.value;
      removeEntry(slice, fieldOf(key));
      return undefined;
    },
    async set(key, value, ttlMs) {
      const slice = find(key.tenantId);
      const field = fieldOf(key);
      const weight = weightOf(field, value);
      if (value.length > longestValue || weight > most) return;
      removeEntry(slice, field);
      // Expired entries go when there is no room, so that most calls look at none of them.
      if (slice.weight + weight > most) dropExpired(slice, Date.now());
      if (slice.weight + weight > most) evict(slice, Math.max(0, (1 - freedShare) * most - weight));
      const expiresAt = Date.now() + Math.min(longestLifeMs, Math.max(1, Math.ceil(ttlMs)));
      slice.entries.set(field, { tenantId: key.tenantId, value, expiresAt, weight });
      slice.weight += weight;
    },
    async lease(key, holder, ttlMs) {
      const { leases } = find(key.tenantId);
      const now = Date.now();
      const held = leases.get(fieldOf(key));
      if (held !== undefined && held.holder !== holder && held.expiresAt > now) return held.holder;
      leases.set(fieldOf(key), { holder, expiresAt: now + ttlMs });
      return holder;
    },
    async release(key, holder) {
      const { leases } = find(key.tenantId);
      if (leases.get(fieldOf(key))?.holder === holder) leases.delete(fieldOf(key));
    },
    async withdraw(tenantId, source) {
      const slice = find(tenantId);
      const now = Date.now();
      for (const [field, until] of slice.withdrawn) {
        if (until > now) break;
        slice.withdrawn.delete(field);
      }
      if (slice.withdrawn.size >= bounds.maxWithdrawn) {
        slice.withdrawn.clear();
        slice.entries.clear();
        slice.weight = 0;
      }
      const field = fieldOf({ tenantId, name: source });
      slice.withdrawn.delete(field);
      slice.withdrawn.set(field, now + withdrawnForMs);
    },
    async isWithdrawn(tenantId, sources) {
      const { withdrawn } = find(tenantId);
      const now = Date.now();
      return sources.some((source) => (withdrawn.get(fieldOf({ tenantId, name: source })) ?? 0) > now);
    },
    async [Symbol.asyncDispose]() {
      for (const { entries, leases, withdrawn } of all) for (const map of [entries, leases, withdrawn]) map.clear();
    },
  };
};
