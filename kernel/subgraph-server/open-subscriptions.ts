/**
 * The subscriptions that a subgraph serves now, and the rights under which they run. A subscription of a deactivated
 * user ends at once. One of a user who lost a role is opened again under the remaining rights, as a trial, and ends
 * with the refusal if that is refused.
 */
import type { AccessList } from '../access/access-list.ts';
import type { Identity } from '../identity.ts';
import { subscriptionsOpen } from './metrics.ts';

export interface OpenSubscription {
  readonly identity: Identity;
  /** Ends it with an error that is shown. */
  fail(cause: unknown): void;
  /** The refusal of opening it under other rights; undefined where it would be served. */
  refusalFor(identity: Identity): Promise<unknown>;
}

export interface OpenSubscriptions extends Disposable {
  /** Returns a function to call at its end. */
  add(subscription: OpenSubscription): () => void;
}

export const createOpenSubscriptions = (service: string, access: AccessList | undefined): OpenSubscriptions => {
  const open = new Set<OpenSubscription>();

  const check = async (subscription: OpenSubscription): Promise<void> => {
    const { identity, fail, refusalFor } = subscription;
    try {
      const now = access?.admit(identity) ?? identity;
      if (identity.roles.every((role) => now.roles.includes(role))) return;
      const refusal = await refusalFor(now);
      if (refusal !== undefined) fail(refusal);
    } catch (cause) {
      fail(cause);
    }
  };
  const close = access?.onChange(({ tenantId, userId }) => {
    for (const subscription of open) {
      const { identity } = subscription;
      if (identity.tenantId === tenantId && identity.userId === userId) void check(subscription);
    }
  });
  const counted = subscriptionsOpen.from(() => [{ value: open.size, labels: { service } }]);

  return {
    add(subscription) {
      open.add(subscription);
      // A decision may have arrived since its rights were checked.
      void check(subscription);
      return () => open.delete(subscription);
    },
    [Symbol.dispose]() {
      close?.();
      counted[Symbol.dispose]();
    },
  };
};
