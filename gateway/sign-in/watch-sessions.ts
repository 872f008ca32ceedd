/**
 * Looks at the sessions with which streams run, again and again: whether they still exist, and whether their tokens are
 * due. A session that cannot go on ends its streams. Invariant: one round at a time, and some sessions at once.
 */
import { AppError } from '#kernel/errors.ts';
import type { Logger } from '#kernel/log.ts';
import { isOver, type LiveSession } from './live-session.ts';

export interface WatchOptions {
  all(): readonly LiveSession[];
  /** Throws an AppError when the session cannot go on. */
  look(live: LiveSession): Promise<void>;
  readonly everyMs: number;
  readonly logger: Logger;
}

/** Sessions looked at together. */
const batch = 50;

export const watchSessions = ({ all, look, everyMs, logger }: WatchOptions): AsyncDisposable => {
  const lookAt = async (live: LiveSession): Promise<void> => {
    try {
      await look(live);
    } catch (fault) {
      if (!(fault instanceof AppError)) logger.error({ err: fault }, 'a session cannot be watched');
      // One that is over has ended its streams already.
      else if (!isOver(fault)) live.interrupt(fault);
    }
  };
  const round = async (): Promise<void> => {
    const sessions = all();
    for (let at = 0; at < sessions.length; at += batch) {
      await Promise.all(sessions.slice(at, at + batch).map(lookAt));
    }
  };
  let running: Promise<void> | undefined;
  const timer = setInterval(() => {
    running ??= round().finally(() => {
      running = undefined;
    });
  }, everyMs);
  timer.unref();
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await running;
    },
  };
};
