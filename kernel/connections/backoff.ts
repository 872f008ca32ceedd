/**
 * Milliseconds before a lost connection is tried again: doubles from 50 to 2,000, half of it random, so that clients do
 * not meet a restarted service all at once.
 */
export const backoffMs = (attempt: number): number => {
  const ceiling = Math.min(2_000, 50 * 2 ** Math.min(attempt, 10));
  return Math.round(ceiling / 2 + (Math.random() * ceiling) / 2);
};
