/**
 * Yields to the event loop between the pieces of a long count, so that other replies of the process proceed. Invariant:
 * at most `atOnce` characters and one piece are counted without a yield.
 */
import { setImmediate as nextEventLoopTurn } from 'node:timers/promises';

/** Characters that are counted without a yield: a few dozen milliseconds for the slowest text. */
const atOnce = 16_384;

/** To be called before each piece. When it returns a promise, await that first. */
export const createYielder = (): ((characters: number) => Promise<void> | undefined) => {
  let done = 0;
  return (characters) => {
    const before = done;
    done += characters;
    if (before === 0 || done <= atOnce) return undefined;
    done = characters;
    return nextEventLoopTurn();
  };
};
