/**
 * Runs jobs one at a time, round robin between the users whose jobs wait, so that nobody waits for more than one job of
 * each other user. Between two jobs the event loop runs once. Bounded for each user and in total; a job beyond a bound
 * is refused. A job that has begun is never cancelled.
 */
import { AppError } from '#kernel/errors.ts';

export interface FairQueue {
  /**
   * Rejects with the job's own fault, with RATE_LIMITED beyond the user's bound, or with OVERLOADED beyond the total
   * bound.
   * @param user undefined for the gateway itself, whose jobs are never refused: it has no more of them than streams.
   */
  run<Result>(user: string | undefined, job: () => Result | Promise<Result>): Promise<Result>;
}

export interface QueueBounds {
  /** Waiting jobs of one user. */
  readonly perUser: number;
  /** Waiting jobs in total. */
  readonly total: number;
}

/** For one user, a burst of requests that are all new. */
const defaultBounds: QueueBounds = { perUser: 128, total: 2048 };
const retryAfterMs = 1000;

const refusal = (isOfUser: boolean): AppError =>
  isOfUser
    ? new AppError('RATE_LIMITED', 'Too many large requests at once. Wait a moment, then go on more slowly.', {
        retryAfterMs,
      })
    : new AppError('OVERLOADED', 'This gateway prepares as many requests as it can. Try again shortly.', {
        retryAfterMs,
      });

export const createFairQueue = ({ perUser, total }: QueueBounds = defaultBounds): FairQueue => {
  /** In the order in which the users are served next. */
  const waiting = new Map<string | undefined, (() => Promise<void>)[]>();
  let count = 0;
  let isRunning = false;

  const next = (): (() => Promise<void>) | undefined => {
    for (const [user, jobs] of waiting) {
      const job = jobs.shift();
      // Moves the user to the end, so that the others come first.
      waiting.delete(user);
      if (jobs.length > 0) waiting.set(user, jobs);
      if (!job) continue;
      count -= 1;
      return job;
    }
    return undefined;
  };
  const work = async (): Promise<void> => {
    isRunning = true;
    for (let job = next(); job; job = next()) {
      await job();
      await new Promise((resolve) => setImmediate(resolve));
    }
    isRunning = false;
  };

  return {
    run<Result>(user: string | undefined, job: () => Result | Promise<Result>) {
      const jobs = waiting.get(user) ?? [];
      if (user !== undefined && jobs.length >= perUser) return Promise.reject(refusal(true));
      if (user !== undefined && count >= total) return Promise.reject(refusal(false));
      const { promise, resolve, reject } = Promise.withResolvers<Result>();
      jobs.push(async () => {
        try {
          resolve(await job());
        } catch (fault) {
          reject(fault);
        }
      });
      waiting.set(user, jobs);
      count += 1;
      if (!isRunning) void work();
      return promise;
    },
  };
};
