/**
 * Limits the work that a user may cause with operations that are new to this process: milliseconds of validating and
 * planning, saved up to a burst. The cost of an operation is known only afterwards, so the last one may run into debt,
 * which is paid off before the next one begins. It is counted per process, because it is the process's own time.
 * Bounded by the number of users; an evicted user starts with a full budget.
 */
import { LRUCache } from 'lru-cache';
import { AppError } from '#kernel/errors.ts';

export interface PlanningRate {
  /** Milliseconds of work that can be saved up. */
  readonly burstMs: number;
  /** Milliseconds of work per second. */
  readonly msPerSecond: number;
}

/** A tenth of a core, and a burst that covers all the operations of an application. */
export const defaultPlanningRate: PlanningRate = { burstMs: 1000, msPerSecond: 100 };

export interface PlanningBudget {
  /** Throws RATE_LIMITED for a user who has used up the budget. */
  require(user: string): void;
  spend(user: string, ms: number): void;
}

interface Account {
  leftMs: number;
  at: number;
}

const maxUsers = 10_000;

/** @param now milliseconds on a monotonic clock. */
export const createPlanningBudget = (
  { burstMs, msPerSecond }: PlanningRate,
  now: () => number = () => performance.now(),
): PlanningBudget => {
  const accounts = new LRUCache<string, Account>({ max: maxUsers });
  const accountOf = (user: string): Account => {
    const at = now();
    const account = accounts.get(user) ?? { leftMs: burstMs, at };
    account.leftMs = Math.min(burstMs, account.leftMs + ((at - account.at) / 1000) * msPerSecond);
    account.at = at;
    accounts.set(user, account);
    return account;
  };
  return {
    require(user) {
      const { leftMs } = accountOf(user);
      if (leftMs > 0) return;
      throw new AppError(
        'RATE_LIMITED',
        'Too many operations that were not sent before. Wait a moment, keep the texts of operations the same, and send values as variables.',
        { retryAfterMs: Math.max(1, Math.ceil((1 - leftMs / msPerSecond) * 1000)) },
      );
    },
    spend(user, ms) {
      accountOf(user).leftMs -= ms;
    },
  };
};
