/**
 * Whether a replica is worth asking. When half of its last fetches failed it is left alone for a while, then one fetch
 * tries it, for whose end the others wait; each try that fails doubles the while. Only faults of the replica count: what
 * it refuses by GraphQL is an answer. Invariant: while it is left alone the try alone decides, and what began before it
 * was left alone counts for nothing after.
 */

/** One fetch. One of these is called, once. */
export interface Attempt {
  succeed(): void;
  fail(): void;
  /** It tells nothing: its client left. */
  abandon(): void;
}

export interface Circuit {
  /** Milliseconds until it may be asked; 0 when it may be now. */
  waitMs(): number;
  /** A fetch begins: where the circuit is half open, it is the try. */
  begin(): Attempt;
  /** Resolves at the end of the try under way; undefined when there is none. */
  readonly trial: Promise<void> | undefined;
}

/** Fetches that are looked back on, and the fewest that are judged. */
const lookBack = 20;
const fewest = 10;
const firstPauseMs = 1000;
/** What a client may be refused for after the replica is back: one fetch in this time is nothing to a replica that is down. */
const longestPauseMs = 5_000;

/** @param now milliseconds on a clock that never goes back. */
export const createCircuit = (now: () => number = () => performance.now()): Circuit => {
  let outcomes: boolean[] = [];
  let openUntil: number | undefined;
  let pauseMs = firstPauseMs;
  let trial: PromiseWithResolvers<void> | undefined;
  /** Times that it was opened. */
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
