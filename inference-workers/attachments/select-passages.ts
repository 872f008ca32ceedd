/**
 * Chooses the passages of a long file that a prompt shows: its beginning, those that belong to the question most with
 * what stands around the best of them, and evenly spread ones for the rest of the space. Invariants: what is chosen is
 * within the space; the same scores give the same choice.
 */
import type { FilePassage } from './cut-passages.ts';

/** A passage with less of the best score than this only shares common words with the question. */
const leastShare = 0.3;
/** The best passages whose neighbours are shown too, because an answer may go on behind them. */
const widened = 4;

/** As many of the places as fit, at equal distances. */
const evenlySpread = (
  places: readonly number[],
  sizeOf: (place: number) => number,
  space: number,
): readonly number[] => {
  const total = (some: readonly number[]): number => some.reduce((sum, place) => sum + sizeOf(place), 0);
  const usual = Math.max(1, total(places)) / Math.max(1, places.length);
  for (let count = Math.min(places.length, Math.floor(space / usual)); count > 0; count -= 1) {
    const spread = Array.from(
      { length: count },
      (_, step) => places[Math.floor(((step + 0.5) * places.length) / count)] ?? 0,
    );
    if (total(spread) <= space) return spread;
  }
  return [];
};

/** @param space characters */
export const selectPassages = (
  passages: readonly FilePassage[],
  scores: readonly number[],
  space: number,
): ReadonlySet<number> => {
  const chosen = new Set<number>();
  let left = space;
  const sizeOf = (place: number): number => passages[place]?.size ?? Number.POSITIVE_INFINITY;
  const take = (place: number): void => {
    if (sizeOf(place) > left || chosen.has(place)) return;
    chosen.add(place);
    left -= sizeOf(place);
  };
  take(0);
  const best = scores.reduce((most, score) => Math.max(most, score), 0);
  const ranked = [...passages.keys()]
    .filter((place) => best > 0 && (scores[place] ?? 0) >= leastShare * best)
    .toSorted((one, other) => (scores[other] ?? 0) - (scores[one] ?? 0) || one - other);
  for (const place of ranked) take(place);
  for (const place of ranked.slice(0, widened)) {
    take(place + 1);
    take(place - 1);
  }
  const others = [...passages.keys()].filter((place) => !chosen.has(place));
  for (const place of evenlySpread(others, sizeOf, left)) take(place);
  return chosen;
};
