/**
 * Whether a replica is worth asking. When half of its last fetches failed it is left alone for a while, then one fetch
 * tries it; each try that fails doubles the while. Only faults of the replica count: what it refuses by GraphQL is an
 * answer.
 */

export interface Circuit {
  /** Milliseconds until it may be asked; 0 when it may be now. */
  waitMs(): number;
  /** Says that a fetch begins: while the circuit is half open, further ones have to wait for its end. */
  begin(): void;
  succeed(): void;
  fail(): void;
  /** A fetch ended that tells nothing: its client left. */
  abandon(): void;
}

/** Fetches that are looked back on, and the fewest that are judged. */
const lookBack = 20;
const fewest = 10;
const firstPauseMs = 1000;
const longestPauseMs = 30_000;

/** @param now milliseconds on a clock that never goes back. */
export const createCircuit = (now: () => number = () => performance.now()): Circuit => {
  let outcomes: boolean[] = [];
  let openUntil: number | undefined;
  let pauseMs = firstPauseMs;
  let isTrying = false;

  const open = (): void => {
    openUntil = now() + pauseMs;
    pauseMs = Math.min(2 * pauseMs, longestPauseMs);
    outcomes = [];
  };
  const note = (succeeded: boolean): void => {
    outcomes.push(succeeded);
    if (outcomes.length > lookBack) outcomes.shift();
  };

  return {
    waitMs() {
      if (openUntil === undefined) return 0;
      if (isTrying) return firstPauseMs;
      return Math.max(0, Math.ceil(openUntil - now()));
    },
    begin() {
      isTrying = openUntil !== undefined;
    },
    succeed() {
      if (openUntil !== undefined && isTrying) {
        openUntil = undefined;
        pauseMs = firstPauseMs;
      }
      isTrying = false;
      note(true);
    },
    fail() {
      if (openUntil !== undefined) {
        if (isTrying) open();
        isTrying = false;
        return;
      }
      note(false);
      const failed = outcomes.filter((succeeded) => !succeeded).length;
      if (outcomes.length >= fewest && failed * 2 >= outcomes.length) open();
    },
    abandon() {
      isTrying = false;
    },
  };
};
