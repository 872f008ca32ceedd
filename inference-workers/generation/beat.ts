/**
 * One beat for all answers of a process: what waits for a moment goes out at the same time as what others have, so that
 * it shares a write to the log and wakes every process on its way once. A wait is half a period on average, and never
 * longer than one.
 */

type Due = () => void;

/** By the period in milliseconds. */
const waiting = new Map<number, Set<Due>>();

/**
 * Calls back at the next multiple of `periodMs` on the process's clock, unless it is revoked before. Returns the
 * revoker.
 */
export const onBeat = (periodMs: number, due: Due): (() => void) => {
  const others = waiting.get(periodMs);
  const all = others ?? new Set<Due>();
  all.add(due);
  if (!others) {
    waiting.set(periodMs, all);
    setTimeout(
      () => {
        waiting.delete(periodMs);
        for (const one of all) one();
      },
      Math.ceil(periodMs - (performance.now() % periodMs)),
    );
  }
  return () => all.delete(due);
};
