/**
 * The consumers of a worker, one for the queue of each pool that it serves. Invariant: a pool's queue is consumed from
 * the pool's first model on, until its last one is gone; jobs that were taken by then go on.
 */
import type { Consumer } from '#kernel/broker/broker.ts';
import type { Pool } from '#kernel/broker/topology.ts';
import type { ServedModel } from './providers/registry.ts';

export interface PoolConsumers extends AsyncDisposable {
  readonly pools: readonly Pool[];
  /** Starts and pauses consumers until they fit the models that are served now. */
  update(): Promise<void>;
  /** Takes no more jobs. */
  pause(): Promise<void>;
  /** Rejects while jobs are held because what they need is away. */
  ping(): Promise<void>;
}

/** Jobs that the bounded engines among the models run at once. More would wait in this process, out of others' reach. */
const engineBound = (models: readonly ServedModel[]): number => {
  const bounds = models.flatMap(({ parallel }) => (parallel === undefined ? [] : [parallel]));
  return bounds.length === 0 ? Number.POSITIVE_INFINITY : bounds.reduce((sum, bound) => sum + bound, 0);
};

export interface PoolConsumersOptions {
  /** The models that are served now. */
  readonly served: () => readonly ServedModel[];
  /** Jobs at once in each pool. */
  readonly concurrency: number;
  readonly consume: (pool: Pool, prefetch: number) => Promise<Consumer>;
}

export const createPoolConsumers = ({ served, concurrency, consume }: PoolConsumersOptions): PoolConsumers => {
  const consumers = new Map<Pool, Consumer>();
  /** Consumers of pools without a model, whose jobs go on. */
  const paused: Consumer[] = [];
  return {
    get pools() {
      return [...consumers.keys()];
    },
    async update() {
      const wanted = new Set(served().map(({ pool }) => pool));
      for (const [pool, consumer] of consumers) {
        if (wanted.has(pool)) continue;
        consumers.delete(pool);
        paused.push(consumer);
        await consumer.pause();
      }
      for (const pool of wanted) {
        if (consumers.has(pool)) continue;
        const prefetch = Math.min(concurrency, engineBound(served().filter((model) => model.pool === pool)));
        consumers.set(pool, await consume(pool, prefetch));
      }
    },
    async pause() {
      await Promise.all([...consumers.values()].map((consumer) => consumer.pause()));
    },
    async ping() {
      for (const consumer of consumers.values()) await consumer.ping();
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...consumers.values(), ...paused].map((consumer) => consumer[Symbol.asyncDispose]()));
    },
  };
};
