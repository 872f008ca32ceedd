/**
 * Whether a replica is worth asking. When half of its last fetches failed it is left alone for a while, then one fetch
 * tries it, for whose end the others wait; each try that fails doubles the while. Only faults of the replica count: what it refuses by GraphQL is an
 * answer.
 */

export interface Circuit {
  /** Milliseconds until it may be asked; 0 when it may be now. */
  waitMs(): number;
  /** Says that a fetch begins: where the circuit is half open, it is the try. */
  begin(): void;
  /** Resolves at the end of the try under way; undefined when there is none. */
  readonly trial: Promise<void> | undefined;
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
  let trial: PromiseWithResolvers<void> | undefined;

  const open = (): void => {
    openUntil = now() + pauseMs;
    pauseMs = Math.min(2 * pauseMs, longestPauseMs);
    outcomes = [];
  };
  const endTrial = (): void => {
    trial?.resolve();
    trial = undefined;
  };
  const note = (succeeded: boolean): void => {
    outcomes.push(succeeded);
    if (outcomes.length > lookBack) outcomes.shift();
  };

  return {
    waitMs() {
      if (openUntil === undefined) return 0;
      if (trial) return firstPauseMs;
      return Math.max(0, Math.ceil(openUntil - now()));
    },
    begin() {
      if (openUntil !== undefined) trial ??= Promise.withResolvers<void>();
    },
    get trial() {
      return trial?.promise;
    },
    succeed() {
      if (openUntil !== undefined && trial) {
        openUntil = undefined;
        pauseMs = firstPauseMs;
      }
      endTrial();
      note(true);
    },
    fail() {
      if (openUntil !== undefined) {
        if (trial) open();
        endTrial();
        return;
      }
      note(false);
      const failed = outcomes.filter((succeeded) => !succeeded).length;
      if (outcomes.length >= fewest && failed * 2 >= outcomes.length) open();
    },
    abandon: endTrial,
  };
};
