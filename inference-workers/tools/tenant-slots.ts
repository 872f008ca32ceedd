/**
 * Bounds the tool calls that a tenant has under way in this worker, and with them its connections and look-ups.
 * Invariants: a tenant has at most `atOnce` calls; `maxWaiting` further ones wait in order; any beyond that fail as
 * BUSY. A tenant without calls is forgotten.
 */
import { ToolFault } from './tool-fault.ts';

export interface TenantSlotsOptions {
  readonly atOnce: number;
  readonly maxWaiting: number;
}

/** Eight replies, each with the eight calls that it may make. */
const defaults: TenantSlotsOptions = { atOnce: 64, maxWaiting: 256 };

export interface TenantSlots {
  /**
   * Disposing the slot admits the next call. Rejects with a ToolFault: BUSY, or STOPPED where the signal aborts while
   * it waits.
   */
  take(tenantId: string, signal: AbortSignal): Promise<Disposable>;
}

interface Tenant {
  held: number;
  readonly waiting: Set<() => void>;
}

export const createTenantSlots = ({ atOnce, maxWaiting } = defaults): TenantSlots => {
  const tenants = new Map<string, Tenant>();

  const wait = (waiting: Tenant['waiting'], signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      const leave = (): void => {
        waiting.delete(enter);
        reject(new ToolFault('STOPPED'));
      };
      const enter = (): void => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      waiting.add(enter);
      signal.addEventListener('abort', leave, { once: true });
    });

  return {
    async take(tenantId, signal) {
      if (signal.aborted) throw new ToolFault('STOPPED');
      const tenant = tenants.get(tenantId) ?? { held: 0, waiting: new Set() };
      tenants.set(tenantId, tenant);
      if (tenant.held < atOnce) tenant.held += 1;
      else if (tenant.waiting.size < maxWaiting) await wait(tenant.waiting, signal);
      else throw new ToolFault('BUSY');
      return {
        [Symbol.dispose]() {
          const [next] = tenant.waiting;
          if (next) {
            tenant.waiting.delete(next);
            next();
            return;
          }
          tenant.held -= 1;
          if (tenant.held === 0) tenants.delete(tenantId);
        },
      };
    },
  };
};
