/**
 * Port: durable queues with at-least-once delivery. Adapters: embedded-broker.ts (in process, journal in the data
 * directory) and rabbitmq-broker.ts (quorum queues). Invariants: `publish` resolves only when every bound queue holds
 * the message durably (publisher confirm), and rejects when no queue is bound (unroutable); a delivery is settled
 * exactly once, by the result of its handler; a delivery whose process dies is delivered again. Queues and bindings
 * come from topology.ts and exist before the first publish.
 */

import type { StoreWatch } from '../connections/store-watch.ts';

/** A JSON value, of which bodies are made. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json | undefined };

export interface Delivery<Body> {
  readonly queue: string;
  /** As it was published with, also after a replay. Empty for a message that a process of version 0.1 stored. */
  readonly routingKey: string;
  /** The publisher's id, by which consumers de-duplicate: a message that is published twice has the same id. */
  readonly id: string;
  readonly body: Body;
  /** How often the broker delivered this message before; 0 the first time. */
  readonly redeliveries: number;
}

/**
 * How a delivery is settled. `ack`: done. `retry`: requeued, which counts against the delivery limit; after
 * `deliveryLimit` the message is dead-lettered. `dead`: dead-lettered at once. A handler that throws runs again in this
 * process, after a pause and without a redelivery, until it returns; settle-patiently.ts has the limits.
 */
export type Settlement = 'ack' | 'retry' | 'dead';

export interface ConsumeOptions {
  /** Deliveries that are unsettled at once in this consumer. */
  readonly prefetch: number;
  /**
   * The stores that handlers need. While they are away the consumer takes nothing, and its deliveries are requeued for
   * consumers of other processes. Undefined: the stores count as present.
   */
  readonly stores?: StoreWatch;
  /**
   * Called before a message is dead-lettered because its handler fails although the stores are present: ends whatever
   * waits for the message, with the data that can be kept. May be called more than once; its fault is logged.
   */
  readonly salvage?: (delivery: Delivery<Json>, cause: unknown) => Promise<void>;
}

/** Closing stops intake, waits until running handlers have settled, then closes the channel. */
export interface Consumer extends AsyncDisposable {
  /** Rejects while deliveries are held because what they need is away. For /health/ready. */
  ping(): Promise<void>;
  /** Stops intake only: running handlers go on, and no delivery arrives any more. */
  pause(): Promise<void>;
}

/** What to do with a dead letter: keep it, drop it, or replay it to its queue with this body. */
export type DeadLetterAction = 'keep' | 'drop' | { readonly replay: Json };

export interface QueueDepth {
  readonly ready: number;
  readonly consumers: number;
}

export interface Broker extends AsyncDisposable {
  /**
   * Rejects with AppError OVERLOADED while the broker blocks publishers, and with an Error when the message is
   * unroutable.
   */
  publish(exchange: Exchange, routingKey: string, id: string, body: Json): Promise<void>;
  /**
   * Rejects when the queue does not exist. `signal` is aborted when the delivery no longer belongs to this handler (its
   * connection was lost, the broker is closing): its result may then not count, and the message may be delivered again.
   */
  consume<Body extends Json>(
    queue: string,
    options: ConsumeOptions,
    handler: (delivery: Delivery<Body>, signal: AbortSignal) => Promise<Settlement>,
  ): Promise<Consumer>;
  depth(queue: string): Promise<QueueDepth>;
  /**
   * Visits the dead letters of a queue one by one, oldest first, and does with each what `decide` returns. Letters that
   * are kept go to the end. A crash in between may leave a letter twice. Rejects when `decide` does, and keeps that
   * letter.
   * @returns the number of letters visited: at most `limit`, without those that arrived meanwhile.
   */
  visitDeadLetters(
    queue: string,
    limit: number,
    decide: (letter: Delivery<Json>) => Promise<DeadLetterAction>,
  ): Promise<number>;
  /** Rejects when the broker does not respond. For /health/ready. */
  ping(): Promise<void>;
}

/** `jobs`: direct, one queue per routing key. `events`: topic, one queue per interested service. */
export type Exchange = 'jobs' | 'events';
