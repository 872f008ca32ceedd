/**
 * Port: small, transient notices between processes (a conversation changed, the catalogue changed). Adapters:
 * embedded-signals.ts and redis-signals.ts (graphql-redis-subscriptions). Delivered at most once, in no promised order,
 * to whoever listens now: nothing may depend on a signal for correctness; it only makes something happen sooner.
 */
import type { Json } from '../broker/broker.ts';

export interface Signals extends AsyncDisposable {
  publish(topic: string, payload: Json): Promise<void>;
  /** Resolves when the subscription is in force. Returns the closer. */
  subscribe(topic: string, callback: (payload: Json) => void): Promise<() => Promise<void>>;
  ping(): Promise<void>;
}
