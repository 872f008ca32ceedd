/**
 * Lets the other replies of a process go on between the pieces of a long count. Invariant: no more than `atOnce` and
 * one piece are done in one go.
 */
import { setImmediate as nextRound } from 'node:timers/promises';

/** Characters that are counted in one go: a few dozen milliseconds of the slowest text. */
const atOnce = 16_384;

/** To be called before each piece; a promise asks to be awaited first. */
export const createYielder = (): ((characters: number) => Promise<void> | undefined) => {
  let done = 0;
  return (characters) => {
    const before = done;
    done += characters;
    if (before === 0 || done <= atOnce) return undefined;
    done = characters;
    return nextRound();
  };
};
