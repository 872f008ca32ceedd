/**
 * Port: durable queues with at-least-once delivery. Adapters: embedded-broker.ts (in process, journal in the data
 * directory) and rabbitmq-broker.ts (quorum queues). Invariants: `publish` resolves only when every bound queue holds
 * the message durably (publisher confirm), and rejects when no queue is bound (unroutable); a delivery is settled
 * exactly once, by what its handler returns; a delivery whose process dies is delivered again. Queues and bindings come
 * from topology.ts and exist before the first publish.
 */

import type { StoreWatch } from '../connections/store-watch.ts';

/** JSON value: what bodies are made of. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json | undefined };

export interface Delivery<Body> {
  readonly queue: string;
  /** The publisher's id: the same message published twice has the same id. Consumers de-duplicate by it. */
  readonly id: string;
  readonly body: Body;
  /** How often the broker handed out this message before: 0 the first time. */
  readonly redeliveries: number;
}

/**
 * What becomes of a delivery. `ack`: done, forget it. `retry`: put it back, counts against the delivery limit; after
 * `deliveryLimit` it is dead-lettered. `dead`: to the dead letter queue at once. A handler that throws is run again
 * here, after a pause and without a redelivery, until it returns: settle-patiently.ts says how long.
 */
export type Settlement = 'ack' | 'retry' | 'dead';

export interface ConsumeOptions {
  /** Deliveries that are unsettled at once in this consumer. */
  readonly prefetch: number;
  /**
   * The stores that handlers need. While they are away the consumer takes nothing, and what it has goes back to the
   * queue for consumers of other processes. Not given: the stores count as there.
   */
  readonly stores?: StoreWatch;
  /**
   * Called before a message becomes a dead letter because its handler fails although the stores are there: ends what
   * waits for it, with what can be kept of it. May be called more than once; what it throws is logged.
   */
  readonly salvage?: (delivery: Delivery<Json>, cause: unknown) => Promise<void>;
}

/** Closing stops intake, waits until running handlers have settled, then closes the channel. */
export interface Consumer extends AsyncDisposable {
  /** Rejects while deliveries are held because what they need is away. For /health/ready. */
  ping(): Promise<void>;
  /** Stops intake only: what runs goes on, nothing new arrives. */
  pause(): Promise<void>;
}

/** What becomes of a dead letter: it stays, is forgotten, or goes to its queue again, with this body. */
export type Fate = 'keep' | 'drop' | { readonly replay: Json };

export interface QueueDepth {
  readonly ready: number;
  readonly consumers: number;
}

export interface Broker extends AsyncDisposable {
  /** Rejects with AppError OVERLOADED while the broker blocks publishers, and with an Error when unroutable. */
  publish(exchange: Exchange, routingKey: string, id: string, body: Json): Promise<void>;
  /**
   * Rejects when the queue does not exist. `signal` is aborted when the delivery is no longer this handler's (its
   * connection was lost, the broker is being closed): what it returns then may not count, and the message may be handed
   * out again.
   */
  consume<Body extends Json>(
    queue: string,
    options: ConsumeOptions,
    handler: (delivery: Delivery<Body>, signal: AbortSignal) => Promise<Settlement>,
  ): Promise<Consumer>;
  depth(queue: string): Promise<QueueDepth>;
  /**
   * Shows the dead letters of a queue one by one, oldest first, and does with each what `decide` says. Those that are
   * kept go to the end. A crash in between may leave a letter twice. Rejects when `decide` does, with the letter kept.
   * @returns how many were shown: `limit` at most, and none that came meanwhile.
   */
  visitDeadLetters(queue: string, limit: number, decide: (letter: Delivery<Json>) => Promise<Fate>): Promise<number>;
  /** Rejects when the broker does not answer. For /health/ready. */
  ping(): Promise<void>;
}

/** `jobs`: direct, one queue per routing key. `events`: topic, each interested service has a queue of its own. */
export type Exchange = 'jobs' | 'events';
