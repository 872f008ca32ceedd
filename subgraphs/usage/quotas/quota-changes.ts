/**
 * Announces changes of a user's quota to its devices, through signals. Changes within a moment are announced together,
 * so that they cost no more than a timer before the first token. Bounded: one entry for each user with a pending
 * change.
 */
import type { Identity } from '#contracts/identity.ts';
import type { Logger } from '#kernel/log.ts';
import { iterateSignals } from '#kernel/signals/iterate-signals.ts';
import type { Signals } from '#kernel/signals/signals.ts';

/** Milliseconds for which changes are gathered: too short to notice on a gauge, and long enough for a burst. */
const gatherMs = 250;

const quotaTopic = (tenantId: string, userId: string): string => `quota.${tenantId}.${userId}`;

export interface QuotaChanges extends Disposable {
  /** Does not wait, and never throws: clients see a change that was not announced at their next read. */
  announce(tenantId: string, userId: string): void;
}

export const createQuotaChanges = (signals: Signals, logger: Logger): QuotaChanges => {
  const pending = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  const publish = (): void => {
    timer = undefined;
    const topics = [...pending];
    pending.clear();
    void Promise.all(topics.map((topic) => signals.publish(topic, {}))).catch((err: unknown) =>
      logger.warn({ err }, 'changes of quotas not announced'),
    );
  };
  return {
    announce(tenantId, userId) {
      pending.add(quotaTopic(tenantId, userId));
      timer ??= setTimeout(publish, gatherMs).unref();
    },
    [Symbol.dispose]: () => clearTimeout(timer),
  };
};

/** The ids of the user, one for each change of its quota. */
export const watchQuota = (signals: Signals, { tenantId, userId }: Identity): Promise<AsyncIterableIterator<string>> =>
  iterateSignals(signals, quotaTopic(tenantId, userId), () => userId);
