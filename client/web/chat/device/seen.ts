/** Which state of each conversation was seen on this device; a later one is unread. The newest 500 are kept. */
import { useCallback, useSyncExternalStore } from 'react';
import { createStored, type Stored } from './stored.ts';

const maxKept = 500;

type Seen = ReadonlyMap<string, string>;

interface SeenState {
  /** Everything before is read: the moment at which this device began to keep count. */
  readonly since: string;
  readonly seen: Seen;
}

const isPair = (value: unknown): value is readonly [string, string] =>
  Array.isArray(value) && typeof value[0] === 'string' && typeof value[1] === 'string';

interface StoredSeen {
  readonly since: string;
  readonly seen: readonly (readonly [string, string])[];
}

const parse = (stored: unknown): StoredSeen => {
  const given = typeof stored === 'object' && stored !== null ? stored : {};
  const since = 'since' in given && typeof given.since === 'string' ? given.since : new Date().toISOString();
  const seen = 'seen' in given && Array.isArray(given.seen) ? given.seen.filter(isPair) : [];
  return { since, seen };
};

export interface SeenConversations {
  isUnread(conversation: { readonly id: string; readonly updatedAt: string }): boolean;
  markSeen(conversation: { readonly id: string; readonly updatedAt: string }): void;
  readonly stored: Stored<StoredSeen>;
}

export const createSeen = (userId: string): SeenConversations => {
  const stored = createStored<StoredSeen>(`parlance.seen.${userId}`, parse);
  const stateOf = ({ since, seen }: StoredSeen): SeenState => ({ since, seen: new Map(seen) });
  let known = stored.get();
  let state = stateOf(known);
  const current = (): SeenState => {
    if (stored.get() !== known) {
      known = stored.get();
      state = stateOf(known);
    }
    return state;
  };
  return {
    stored,
    isUnread({ id, updatedAt }) {
      const { since, seen } = current();
      return updatedAt > (seen.get(id) ?? since);
    },
    markSeen({ id, updatedAt }) {
      const { since, seen } = current();
      if (updatedAt <= (seen.get(id) ?? since)) return;
      const others = [...seen].filter(([other]) => other !== id);
      stored.set({ since, seen: [...others, [id, updatedAt] as const].slice(-maxKept) });
    },
  };
};

/** Renders again when something was seen, on another tab too. */
export const useSeen = (seen: SeenConversations): SeenConversations['isUnread'] => {
  useSyncExternalStore(seen.stored.subscribe, seen.stored.get, seen.stored.get);
  return useCallback((conversation) => seen.isUnread(conversation), [seen]);
};
