/** The store of sessions for the pages of sign-in: while it is away, people and scripts are asked to come back. */
import { AppError } from '#kernel/errors.ts';
import type { Sessions } from '#kernel/sessions/sessions.ts';

/** What the pages need of the store. They throw OVERLOADED while it is away. */
export type ReachableSessions = Pick<Sessions, 'create' | 'find' | 'end'>;

const away = (cause: unknown): never => {
  throw new AppError('OVERLOADED', 'Sign-in is not possible at the moment. Wait a moment, then try again.', {
    cause,
    retryAfterMs: 2000,
  });
};

export const createReachableSessions = (sessions: Sessions): ReachableSessions => ({
  create: (...given) => sessions.create(...given).catch(away),
  find: (...given) => sessions.find(...given).catch(away),
  end: (...given) => sessions.end(...given).catch(away),
});
