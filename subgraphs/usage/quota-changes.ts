/**
 * Tells a user's other devices that its quota changed, through signals. Many changes within a moment are told once, so that
 * the way to the first token pays a timer at most. Bounded: one entry for each user with a change untold.
 */
import type { Logger } from '#kernel/log.ts';
import type { Signals } from '#kernel/signals/signals.ts';

/** Milliseconds that changes gather: too short to notice on a gauge, long enough for a burst. */
const gatherMs = 250;

export const quotaTopic = (tenantId: string, userId: string): string => `quota.${tenantId}.${userId}`;

export interface QuotaChanges extends Disposable {
  /** Fire and forget: what is not told is seen at the next read. */
  announce(tenantId: string, userId: string): void;
}

export const createQuotaChanges = (signals: Signals, logger: Logger): QuotaChanges => {
  const untold = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  const tell = (): void => {
    timer = undefined;
    const topics = [...untold];
    untold.clear();
    void Promise.all(topics.map((topic) => signals.publish(topic, {}))).catch((err: unknown) =>
      logger.warn({ err }, 'change of quotas not announced'),
    );
  };
  return {
    announce(tenantId, userId) {
      untold.add(quotaTopic(tenantId, userId));
      timer ??= setTimeout(tell, gatherMs).unref();
    },
    [Symbol.dispose]: () => clearTimeout(timer),
  };
};
