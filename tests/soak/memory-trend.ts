/**
 * Whether memory is flat: what the gateway holds after a collection, the least of the samples of a window, at the end
 * of the first third of the requests (when everything that has a bound is full) against the end of all.
 */
import type { Memory } from './gateway-process.ts';

export interface Sample extends Memory {
  /** Requests that had a response by then. */
  readonly requests: number;
}

export interface Trend {
  readonly name: string;
  readonly afterThird: number;
  readonly atEnd: number;
  readonly atMost: number;
}

/** A share of all requests: as long is each of the two windows. */
const windowShare = 1 / 6;
/** What may be added: a tenth, and some for pages and code that are touched late. */
const growth = 1.1;
const heapSlackBytes = 8 * 1024 * 1024;
const residentSlackBytes = 32 * 1024 * 1024;

/** Empty where a window has no sample. */
export const trendsOf = (samples: readonly Sample[], requests: number): readonly Trend[] => {
  const inWindow = (end: number): readonly Sample[] =>
    samples.filter((sample) => sample.requests <= end && sample.requests > end - windowShare * requests);
  const [early, late] = [inWindow(requests / 3), inWindow(requests)];
  if (early.length === 0 || late.length === 0) return [];
  const trend = (name: string, of: (sample: Sample) => number, slack: number): Trend => {
    const afterThird = Math.min(...early.map(of));
    return { name, afterThird, atEnd: Math.min(...late.map(of)), atMost: afterThird * growth + slack };
  };
  return [
    trend('heap and buffers', ({ heapBytes }) => heapBytes, heapSlackBytes),
    trend('resident', ({ residentBytes }) => residentBytes, residentSlackBytes),
  ];
};
