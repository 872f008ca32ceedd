/**
 * Announces to the models subgraph what this worker serves: at its start, at an interval, and when that changes; when
 * the worker stops, that it serves nothing. An announcement that the broker does not take is only logged, because the
 * next one repeats it.
 */
import { randomUUID } from 'node:crypto';
import type { Broker } from '#kernel/broker/broker.ts';
import type { Logger } from '#kernel/log.ts';
import type { WorkerAnnounced } from '#kernel/messages/events.ts';

export interface AnnouncerOptions {
  readonly broker: Broker;
  readonly logger: Logger;
  readonly workerId: string;
  /** The models that it serves now. */
  readonly models: () => WorkerAnnounced['models'];
  /** Milliseconds between announcements. */
  readonly everyMs: number;
}

export interface Announcer extends AsyncDisposable {
  /** Announces at once, without waiting for the interval. */
  announce(): void;
}

/** Resolves after the first announcement. Disposing announces that the worker serves nothing any more. */
export const startAnnouncing = async (options: AnnouncerOptions): Promise<Announcer> => {
  const announce = async (models: WorkerAnnounced['models']): Promise<void> => {
    const body: WorkerAnnounced = { workerId: options.workerId, models };
    try {
      await options.broker.publish('events', 'worker.announced', randomUUID(), body);
    } catch (err) {
      options.logger.warn({ err }, 'the broker did not take an announcement of models');
    }
  };
  await announce(options.models());
  let latest = Promise.resolve();
  const announceNext = (): void => {
    latest = latest.then(() => announce(options.models()));
  };
  const timer = setInterval(announceNext, options.everyMs);
  return {
    announce: announceNext,
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await latest;
      await announce([]);
    },
  };
};
