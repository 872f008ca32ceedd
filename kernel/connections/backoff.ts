/**
 * Milliseconds to wait before trying a lost connection again: doubles from 50 to 2,000, with half of it random, so that
 * a restarted service is not met by everybody at once.
 */
export const backoffMs = (attempt: number): number => {
  const ceiling = Math.min(2_000, 50 * 2 ** Math.min(attempt, 10));
  return Math.round(ceiling / 2 + (Math.random() * ceiling) / 2);
};
