/**
 * One timer tick for all replies of a process: whatever waits to be sent goes out on the same tick, so that writes to
 * the log are batched and every process on the way wakes once. A wait lasts half a period on average and one period at
 * most.
 */

type Callback = () => void;

/** By the period in milliseconds. */
const waiting = new Map<number, Set<Callback>>();

/** Calls back at the next multiple of `periodMs` on the process's clock. Returns a function that revokes the call. */
export const onSharedTick = (periodMs: number, callback: Callback): (() => void) => {
  const others = waiting.get(periodMs);
  const all = others ?? new Set<Callback>();
  all.add(callback);
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
  return () => all.delete(callback);
};
