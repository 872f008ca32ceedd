/**
 * Announces changes of a user's quota to its devices, and changes of a tenant's usage to its administrators, through
 * signals. Changes within a moment are announced together, so that they cost no more than a timer before the first
 * token, and a busy tenant costs its administrators no more than a quiet one.
 */
import type { Identity } from '#contracts/identity.ts';
import type { Logger } from '#kernel/log.ts';
import { gatherSignals } from '#kernel/signals/gather-signals.ts';
import { iterateSignals } from '#kernel/signals/iterate-signals.ts';
import type { Signals } from '#kernel/signals/signals.ts';

/** Milliseconds for which changes are gathered: too short to notice on a gauge, and long enough for a burst. */
const gatherMs = 250;
/** The same for a tenant, all of whose users change its usage. */
const gatherTenantMs = 1_000;

const quotaTopic = (tenantId: string, userId: string): string => `quota.${tenantId}.${userId}`;
const tenantTopic = (tenantId: string): string => `usage.${tenantId}`;

export interface QuotaChanges extends Disposable {
  /**
   * What a user has used, or may use, has changed, and so has the usage of the tenant. Neither waits nor throws:
   * clients see a change that was not announced at their next read.
   */
  announce(tenantId: string, userId: string): void;
  /** Limits of the tenant have changed, or its budget, plan or name. Neither waits nor throws. */
  announceTenant(tenantId: string): void;
}

export const createQuotaChanges = (signals: Signals, logger: Logger): QuotaChanges => {
  const users = gatherSignals({ signals, gatherMs, logger });
  const tenants = gatherSignals({ signals, gatherMs: gatherTenantMs, logger });
  return {
    announce(tenantId, userId) {
      users.announce(quotaTopic(tenantId, userId));
      tenants.announce(tenantTopic(tenantId));
    },
    announceTenant: (tenantId) => tenants.announce(tenantTopic(tenantId)),
    [Symbol.dispose]() {
      users[Symbol.dispose]();
      tenants[Symbol.dispose]();
    },
  };
};

/** The ids of the user, one for each change of its quota. */
export const watchQuota = (signals: Signals, { tenantId, userId }: Identity): Promise<AsyncIterableIterator<string>> =>
  iterateSignals(signals, quotaTopic(tenantId, userId), () => userId);

/** The ids of the tenant, once a second at most, however many processes announce changes of it. */
export const watchTenantUsage = (signals: Signals, { tenantId }: Identity): Promise<AsyncIterableIterator<string>> =>
  iterateSignals(signals, tenantTopic(tenantId), () => tenantId, { paceMs: gatherTenantMs });
