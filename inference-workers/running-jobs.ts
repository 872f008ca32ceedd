/**
 * The jobs that run in this worker. Invariant: one job runs once here. When the connection that brought it is lost, it
 * goes on: if the broker hands it out again to this worker, the new delivery joins what runs and is settled with it; if
 * another worker gets it, the stream log fences this one. Only a job that nobody claims again for a while is handed
 * over. A worker that stops begins none: it would ask a model for what another worker has to ask again after its grace.
 */
import type { Delivery, Json, Settlement } from '#kernel/broker/broker.ts';

export interface RunningJobs {
  readonly size: number;
  /** @param signal aborted when the delivery is no longer ours. */
  take(delivery: Delivery<Json>, signal: AbortSignal): Promise<Settlement>;
  /** From now on new jobs are put back, and those that wait for their log are left to other workers. */
  stopStarting(): void;
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

/** When a job must be left to another worker. */
export interface LeaveSignals {
  /** Aborted when it must be left, whatever was done of it. */
  readonly handOver: AbortSignal;
  /** Aborted when it must be left unless it has begun. */
  readonly stopping: AbortSignal;
}

/**
 * @param run runs a job until it is settled.
 * @param unclaimedMs milliseconds a job goes on after its delivery was lost.
 */
export const createRunningJobs = (
  run: (delivery: Delivery<Json>, leave: LeaveSignals) => Promise<Settlement>,
  unclaimedMs: number,
): RunningJobs => {
  const running = new Map<string, Running>();
  const stopping = new AbortController();

  const start = (delivery: Delivery<Json>): Running => {
    const job = new AbortController();
    let unclaimed: NodeJS.Timeout | undefined;
    let release: (() => void) | undefined;
    const settlement = run(delivery, { handOver: job.signal, stopping: stopping.signal }).finally(() => {
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
      const known = running.get(delivery.id);
      if (known === undefined && stopping.signal.aborted) return Promise.resolve('retry');
      const job = known ?? start(delivery);
      job.holdBy(signal);
      return job.settlement;
    },
    stopStarting: () => stopping.abort(),
    handOverAll() {
      for (const job of running.values()) job.handOver();
    },
    async settled() {
      await Promise.allSettled([...running.values()].map(({ settlement }) => settlement));
    },
  };
};
