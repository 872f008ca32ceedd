/**
 * Chooses where a history that does not fit begins. Providers and engines keep what a prompt begins with in a cache, so
 * a beginning that moves with every turn makes each turn pay for its whole prompt. Invariant: while messages are only
 * added, the beginning stays until what fits has moved past the next of some places, a quarter of the window apart.
 */

const placesInWindow = 4;

/** Tokens below which no provider caches a prompt. A smaller window is filled as far as it goes. */
const leastCached = 1_024;

export interface CutHistory {
  /** Bytes of each message, oldest first. The last message is always kept. */
  readonly bytes: readonly number[];
  /** The index from which on all messages fit. */
  readonly first: number;
  /** Of the text that the history begins with, so that it is the same in every turn. */
  readonly bytesPerToken: number;
  /** Tokens that the whole prompt may have. It is the same in every request of a reply, unlike what its steps leave. */
  readonly available: number;
}

/** The index of the first message to keep. */
export const stableStart = ({ bytes, first, bytesPerToken, available }: CutHistory): number => {
  if (available < leastCached) return first;
  const step = (available * bytesPerToken) / placesInWindow;
  let before = bytes.slice(0, first).reduce((sum, size) => sum + size, 0);
  const place = Math.ceil(before / step) * step;
  for (let index = first; index < bytes.length; index += 1) {
    if (before >= place) return index;
    before += bytes[index] ?? 0;
  }
  // The last message alone reaches past the place.
  return first;
};
