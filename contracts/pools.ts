/** Pools of workers, each with a queue of jobs. */

/** Worker pools: one queue of generations each. A model names its pool. */
export const pools = ['SMALL', 'MEDIUM', 'LARGE', 'EXTERNAL'] as const;
export type Pool = (typeof pools)[number];

/** The jobs queue of a pool, and its routing key. */
export const generationQueue = (pool: Pool): string => `generations.${pool.toLowerCase()}`;
