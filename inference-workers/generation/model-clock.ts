/**
 * The time limit of a model. Time in which this process itself stood still (frozen, suspended, out of processor time)
 * does not count: whatever arrived meanwhile is read before the limit applies. Invariant: the clock expires once, or
 * never after `stop`.
 */

export interface ModelClock {
  /** Starts the clock with so many milliseconds. */
  allow(ms: number): void;
  /** Starts it again with the same time. Cheap: called for each part of a reply. */
  restart(): void;
  stop(): void;
}

/** Milliseconds by which a timer may be late in a process that runs. */
const lateMs = 500;

export const createModelClock = (expire: () => void): ModelClock => {
  let timer: NodeJS.Timeout | undefined;
  let allowedMs = 0;
  let armedAt = 0;
  const check = (): void => {
    if (performance.now() - armedAt - allowedMs > lateMs) allow(allowedMs);
    else expire();
  };
  const allow = (ms: number): void => {
    clearTimeout(timer);
    allowedMs = ms;
    armedAt = performance.now();
    timer = setTimeout(check, ms);
  };
  return {
    allow,
    restart() {
      armedAt = performance.now();
      timer?.refresh();
    },
    stop: () => clearTimeout(timer),
  };
};
