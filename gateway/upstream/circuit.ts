/**
 * Decides whether a replica may be asked. When half of its last fetches failed, the circuit opens for a pause. Then one
 * trial fetch goes through while other fetches wait for its outcome, and each trial that fails doubles the pause. Only
 * faults of the replica count: a GraphQL error is a valid response. Invariant: while the circuit is open only the trial
 * decides, and fetches that began before it opened no longer count.
 */

/** One fetch. Exactly one of these is called, once. */
export interface Attempt {
  succeed(): void;
  fail(): void;
  /** The outcome is unknown: the client left. */
  abandon(): void;
}

export interface Circuit {
  /** Milliseconds until the replica may be asked; 0 when it may be asked now. */
  waitMs(): number;
  /** Starts a fetch. Where the circuit is half open, this fetch is the trial. */
  begin(): Attempt;
  /** Resolves at the end of the current trial; undefined when there is none. */
  readonly trial: Promise<void> | undefined;
}

/** The window of recent fetches, and the smallest number of them that can open the circuit. */
const lookBack = 20;
const fewest = 10;
const firstPauseMs = 1000;
/**
 * The longest time for which clients may be refused after the replica is back. One fetch in this time is no load for a
 * replica that is down.
 */
const longestPauseMs = 5_000;

/** @param now milliseconds on a monotonic clock. */
export const createCircuit = (now: () => number = () => performance.now()): Circuit => {
  let outcomes: boolean[] = [];
  let openUntil: number | undefined;
  let pauseMs = firstPauseMs;
  let trial: PromiseWithResolvers<void> | undefined;
  /** How often the circuit has opened. */
  let opened = 0;

  const open = (): void => {
    opened += 1;
    openUntil = now() + pauseMs;
    pauseMs = Math.min(2 * pauseMs, longestPauseMs);
    outcomes = [];
  };
  const close = (): void => {
    openUntil = undefined;
    pauseMs = firstPauseMs;
    outcomes = [true];
  };
  const note = (succeeded: boolean): void => {
    outcomes.push(succeeded);
    if (outcomes.length > lookBack) outcomes.shift();
    const failed = outcomes.filter((outcome) => !outcome).length;
    if (!succeeded && outcomes.length >= fewest && failed * 2 >= outcomes.length) open();
  };
  const tryIt = (): Attempt => {
    const own = Promise.withResolvers<void>();
    trial = own;
    const end = (act: () => void) => (): void => {
      act();
      trial = undefined;
      own.resolve();
    };
    return { succeed: end(close), fail: end(open), abandon: end(() => {}) };
  };

  return {
    waitMs() {
      if (openUntil === undefined) return 0;
      if (trial) return firstPauseMs;
      return Math.max(0, Math.ceil(openUntil - now()));
    },
    begin() {
      if (openUntil !== undefined && !trial) return tryIt();
      const begunIn = opened;
      const end = (succeeded: boolean) => (): void => {
        if (openUntil === undefined && begunIn === opened) note(succeeded);
      };
      return { succeed: end(true), fail: end(false), abandon() {} };
    },
    get trial() {
      return trial?.promise;
    },
  };
};
