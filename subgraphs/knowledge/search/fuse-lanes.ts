/**
 * Joins the passages that two lanes found to one list: reciprocal rank fusion, which compares places and not scores,
 * because those of the lanes have nothing in common. Invariant: a passage is in the list once, with its score in each
 * lane that found it.
 */

/** A passage as one lane found it, at its place in the list of the lane. */
export interface LaneHit {
  readonly key: string;
  readonly score: number;
}

export interface FusedHit {
  readonly key: string;
  /** From 0 to 1, which a passage has that is first in every lane. */
  readonly score: number;
  readonly wordScore: number | undefined;
  readonly vectorScore: number | undefined;
}

/** Puts the first places further apart than the usual 60 does, which is made for lists of a thousand. */
const dampening = 20;

/** @param vectorWeight of the lane of vectors beside that of words, whose weight is 1 */
export const fuseLanes = (
  words: readonly LaneHit[],
  vectors: readonly LaneHit[],
  vectorWeight: number,
): readonly FusedHit[] => {
  const found = new Map<string, { points: number; wordScore?: number; vectorScore?: number }>();
  const add = (hits: readonly LaneHit[], weight: number, lane: 'wordScore' | 'vectorScore'): void => {
    for (const [place, { key, score }] of hits.entries()) {
      const hit = found.get(key) ?? { points: 0 };
      hit.points += weight / (dampening + place + 1);
      hit[lane] = score;
      found.set(key, hit);
    }
  };
  add(words, 1, 'wordScore');
  add(vectors, vectorWeight, 'vectorScore');
  const most = (1 + vectorWeight) / (dampening + 1);
  return [...found]
    .map(([key, { points, wordScore, vectorScore }]) => ({ key, score: points / most, wordScore, vectorScore }))
    .toSorted((one, other) => other.score - one.score);
};
