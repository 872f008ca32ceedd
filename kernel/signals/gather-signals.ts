/**
 * Publishes signals without a payload, those of one topic within a moment as one. Invariant: announcing does not wait
 * and never throws, and costs no more than a timer. Bounded: one entry for each topic with a pending signal.
 */
import type { Logger } from '../log.ts';
import type { Signals } from './signals.ts';

export interface GatheredSignals extends Disposable {
  /** A signal that cannot be published is lost, which the port allows. */
  announce(topic: string): void;
}

export interface GatherOptions {
  readonly signals: Signals;
  /** Milliseconds from the first announcement until all that came since are published. */
  readonly gatherMs: number;
  readonly logger: Logger;
}

export const gatherSignals = ({ signals, gatherMs, logger }: GatherOptions): GatheredSignals => {
  const pending = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  const publish = (): void => {
    timer = undefined;
    const topics = [...pending];
    pending.clear();
    void Promise.all(topics.map((topic) => signals.publish(topic, {}))).catch((err: unknown) =>
      logger.warn({ err }, 'changes not announced'),
    );
  };
  return {
    announce(topic) {
      pending.add(topic);
      timer ??= setTimeout(publish, gatherMs).unref();
    },
    [Symbol.dispose]: () => clearTimeout(timer),
  };
};
