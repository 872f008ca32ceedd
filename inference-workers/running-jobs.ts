/**
 * The jobs that run in this worker. Invariant: a job runs once here. A job goes on when the connection that delivered
 * it is lost. If the broker delivers it to this worker again, the new delivery joins the running job and is settled
 * with it; if another worker gets it, the stream log fences this one. Only a job that nobody claims again for a while
 * is handed over. A worker that stops starts no job: it would ask a model for a reply that another worker has to ask
 * for again after the grace.
 */
import type { Delivery, Json, Settlement } from '#kernel/broker/broker.ts';

export interface RunningJobs {
  readonly size: number;
  /** @param signal aborted when the delivery is lost. */
  take(delivery: Delivery<Json>, signal: AbortSignal): Promise<Settlement>;
  /** From now on new jobs are requeued, and jobs that wait for their log are left to other workers. */
  stopStarting(): void;
  handOverAll(): void;
  /** Resolves when no job runs. */
  settled(): Promise<void>;
}

interface Running {
  readonly settlement: Promise<Settlement>;
  /** Ties the job to its latest delivery. */
  holdBy(signal: AbortSignal): void;
  handOver(): void;
}

/** The signals by which a job is left to another worker. */
export interface LeaveSignals {
  /** Aborted when the job must be left, whatever its progress. */
  readonly handOver: AbortSignal;
  /** Aborted when the job must be left unless it has started. */
  readonly stopping: AbortSignal;
}

/**
 * @param run runs a job until it is settled.
 * @param unclaimedMs milliseconds for which a job goes on after its delivery was lost.
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
