/**
 * How long a resumable stream waits for its source. The wait begins with the first loss and ends with the next event;
 * a connection that lasted for a while before its loss begins a new wait.
 */

export interface SourceAbsence {
  /** A connection to the source begins. */
  connecting(): void;
  /** The connection is lost. @param sourceIsUnavailable the subgraph responds but cannot reach the source. */
  lost(sourceIsUnavailable: boolean): void;
  /** The source is back: an event has arrived. */
  over(): void;
  /** Ends the wait without a result. */
  stop(): void;
}

/**
 * Milliseconds without its source after which a stream gives up when the subgraph responds but reports that it cannot
 * reach that source. The subgraph notices this within 9 seconds, so a client is not left in silence for more than 15.
 */
const sourceUnavailableDeadlineMs = 6_000;
/** Milliseconds that a connection must have lasted for its next loss to count as a new one. */
const stableAfterMs = 5000;

/** @param onExpired called when the wait has taken too long. */
export const createSourceAbsence = (resumeDeadlineMs: number, onExpired: () => void): SourceAbsence => {
  let connectedAt = Date.now();
  let lostAt: number | undefined;
  let deadline: NodeJS.Timeout | undefined;

  const waitNoLongerThan = (ms: number): void => {
    clearTimeout(deadline);
    const left = Math.max(0, (lostAt ?? Date.now()) + ms - Date.now());
    deadline = setTimeout(onExpired, left);
  };

  return {
    connecting() {
      connectedAt = Date.now();
    },
    lost(sourceIsUnavailable) {
      const now = Date.now();
      if (now - connectedAt > stableAfterMs) lostAt = undefined;
      if (lostAt === undefined) {
        lostAt = now;
        waitNoLongerThan(resumeDeadlineMs);
      }
      // The source had been silent for a while before the subgraph reported it.
      if (sourceIsUnavailable && resumeDeadlineMs > sourceUnavailableDeadlineMs) {
        waitNoLongerThan(sourceUnavailableDeadlineMs);
      }
    },
    over() {
      lostAt = undefined;
      clearTimeout(deadline);
    },
    stop: () => clearTimeout(deadline),
  };
};
