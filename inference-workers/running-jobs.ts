/**
 * The jobs that run in this worker. Invariant: one job runs once here. When the connection that brought it is lost, it goes
 * on: if the broker hands it out again to this worker, the new delivery joins what runs and is settled with it; if another worker
 * gets it, the stream log fences this one. Only a job that nobody claims again for a while is handed over.
 */
import type { Delivery, Json, Settlement } from '#kernel/broker/broker.ts';

export interface RunningJobs {
  readonly size: number;
  /** @param signal aborted when the delivery is no longer ours. */
  take(delivery: Delivery<Json>, signal: AbortSignal): Promise<Settlement>;
  handOverAll(): void;
  /** Resolves when none runs. */
  settled(): Promise<void>;
}

interface Running {
  readonly settlement: Promise<Settlement>;
  /** The latest delivery of the job holds it from now on. */
  holdBy(signal: AbortSignal): void;
  handOver(): void;
}

/**
 * @param run runs a job until it is settled; its signal is aborted when the job must be left to another worker.
 * @param unclaimedMs milliseconds a job goes on after its delivery was lost.
 */
export const createRunningJobs = (
  run: (delivery: Delivery<Json>, handOver: AbortSignal) => Promise<Settlement>,
  unclaimedMs: number,
): RunningJobs => {
  const running = new Map<string, Running>();

  const start = (delivery: Delivery<Json>): Running => {
    const job = new AbortController();
    let unclaimed: NodeJS.Timeout | undefined;
    let release: (() => void) | undefined;
    const settlement = run(delivery, job.signal).finally(() => {
      clearTimeout(unclaimed);
      release?.();
      running.delete(delivery.id);
    });
    const started: Running = {
      settlement,
      holdBy(signal) {
        clearTimeout(unclaimed);
        release?.();
        const lose = (): void => {
          unclaimed = setTimeout(() => job.abort(), unclaimedMs);
        };
        release = () => signal.removeEventListener('abort', lose);
        signal.addEventListener('abort', lose, { once: true });
        if (signal.aborted) lose();
      },
      handOver: () => job.abort(),
    };
    running.set(delivery.id, started);
    return started;
  };

  return {
    get size() {
      return running.size;
    },
    take(delivery, signal) {
      const job = running.get(delivery.id) ?? start(delivery);
      job.holdBy(signal);
      return job.settlement;
    },
    handOverAll() {
      for (const job of running.values()) job.handOver();
    },
    async settled() {
      await Promise.allSettled([...running.values()].map(({ settlement }) => settlement));
    },
  };
};
