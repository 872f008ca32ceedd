/**
 * Port: small, transient notices between processes (a conversation changed, the catalogue changed). Adapters:
 * embedded-signals.ts and redis-signals.ts (graphql-redis-subscriptions). A signal is delivered at most once, in no
 * guaranteed order, to current listeners. Correctness must not depend on a signal; it only makes something happen
 * sooner.
 */
import type { Json } from '../broker/broker.ts';

export interface Signals extends AsyncDisposable {
  publish(topic: string, payload: Json): Promise<void>;
  /** Resolves when the subscription is in force. Returns a function that ends it. */
  subscribe(topic: string, callback: (payload: Json) => void): Promise<() => Promise<void>>;
  ping(): Promise<void>;
}
