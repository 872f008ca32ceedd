/**
 * The time that a model may take. Time in which this process itself stood still (frozen, suspended, out of processor
 * time) is not the model's: what arrived meanwhile is read before anybody judges. Invariant: it expires once, or never
 * after `stop`.
 */

export interface ModelClock {
  /** From now on so many milliseconds. */
  allow(ms: number): void;
  /** The same time anew, from now on. Cheap: called for each part of a reply. */
  again(): void;
  stop(): void;
}

/** Milliseconds by which a timer of a process that runs may be late. */
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
    again() {
      armedAt = performance.now();
      timer?.refresh();
    },
    stop: () => clearTimeout(timer),
  };
};
