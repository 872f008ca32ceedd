/**
 * One queue of the embedded broker: hands messages to consumers in turn, each up to its prefetch, and does what their
 * handlers say. Invariant: every message is in exactly one of `returned`, `ready`, `unsettled`, or settled for good.
 */
import type { Logger } from '../log.ts';
import type { ConsumeOptions, Consumer, Delivery, Json, QueueDepth, Settlement } from './broker.ts';
import { createDeliveries, type Deliveries } from './deliveries.ts';
import type { Held, Journal } from './embedded-journal.ts';

type Handler = (delivery: Delivery<Json>, signal: AbortSignal) => Promise<Settlement>;

interface Intake {
  readonly deliveries: Deliveries;
  readonly prefetch: number;
}

export interface EmbeddedQueue {
  /** Takes a message that the journal has. */
  add(held: Held): void;
  consume(options: ConsumeOptions, handler: Handler): Consumer;
  depth(): QueueDepth;
  /** Those that nobody has taken, oldest first. */
  waiting(): readonly Held[];
  /** Forgets a message that waits. False when somebody has taken it meanwhile. */
  forget(held: Held): boolean;
  /** Everything that is not settled, oldest first. */
  unsettled(): readonly Held[];
  /** Stops every consumer and waits for the running handlers. */
  close(): Promise<void>;
}

export interface EmbeddedQueueOptions {
  readonly name: string;
  readonly deliveryLimit: number;
  readonly journal: () => Journal;
  /** Where dead letters go; absent: this queue is a dead letter queue itself, and keeps what is retried. */
  readonly deadLetter: EmbeddedQueue | undefined;
  readonly logger: Logger;
  /** Aborted when the broker is closed under its consumers. */
  readonly signal: AbortSignal;
}

export const createEmbeddedQueue = (options: EmbeddedQueueOptions): EmbeddedQueue => {
  const { name, deliveryLimit, journal, deadLetter, logger, signal } = options;
  /** Given back: handed out again before the others. */
  const returned: Held[] = [];
  const ready: Held[] = [];
  const outside = new Set<Held>();
  const intakes: Intake[] = [];
  let scheduled = false;

  /** A record that cannot be written only means that the message may be delivered once more after a crash. */
  const record = (entry: Parameters<Journal['write']>[0]) => {
    try {
      journal().write(entry);
    } catch (error) {
      logger.error({ err: error, queue: name }, 'The broker journal cannot be written');
    }
  };

  const settle = (held: Held, settlement: Settlement) => {
    outside.delete(held);
    const { number } = held;
    const isDead = settlement === 'dead' || (settlement === 'retry' && held.redeliveries >= deliveryLimit);
    if (settlement === 'ack') {
      record({ type: 'acked', number, queue: name });
    } else if (isDead && deadLetter) {
      record({ type: 'dead', number, queue: name, to: `${name}.dead` });
      deadLetter.add({ ...held, redeliveries: 0 });
    } else {
      record({ type: 'returned', number, queue: name });
      held.redeliveries += 1;
      returned.push(held);
      schedule();
    }
  };

  const run = async ({ deliveries }: Intake, held: Held): Promise<void> => {
    const body: Json = JSON.parse(held.body);
    const { id, redeliveries } = held;
    await deliveries.run({ queue: name, id, body, redeliveries }, signal, (settlement) => settle(held, settlement));
  };

  const dispatch = () => {
    scheduled = false;
    for (;;) {
      const index = intakes.findIndex(({ deliveries, prefetch }) => deliveries.running < prefetch);
      const intake = intakes[index];
      const held = intake && (returned.shift() ?? ready.shift());
      if (!held) return;
      // To the end of the line: the next message is for the next consumer.
      intakes.push(...intakes.splice(index, 1));
      outside.add(held);
      record({ type: 'delivered', number: held.number, queue: name });
      void run(intake, held).finally(schedule);
    }
  };
  const schedule = () => {
    if (scheduled) return;
    scheduled = true;
    setImmediate(dispatch);
  };

  const startIntake = (intake: Intake) => {
    intakes.push(intake);
    schedule();
  };
  const stop = (intake: Intake) => {
    const index = intakes.indexOf(intake);
    if (index !== -1) intakes.splice(index, 1);
  };
  const consumers = new Set<Consumer>();

  return {
    add(held) {
      if (deadLetter && held.redeliveries > deliveryLimit) {
        outside.add(held);
        settle(held, 'dead');
        return;
      }
      ready.push(held);
      schedule();
    },
    consume(options, handler) {
      const { prefetch, stores } = options;
      const deliveries = createDeliveries({ queue: name, handler, patience: options, logger });
      const intake: Intake = { deliveries, prefetch };
      if (!stores?.isAway) startIntake(intake);
      const stopFollowing = stores?.onChange((isAway) => {
        stop(intake);
        if (isAway) deliveries.giveBackAll();
        else startIntake(intake);
      });
      const pause = async () => {
        stopFollowing?.();
        stop(intake);
      };
      const consumer: Consumer = {
        ping: () => deliveries.ping(),
        pause,
        async [Symbol.asyncDispose]() {
          await pause();
          deliveries.stopHolding();
          await deliveries.settled();
          deliveries[Symbol.dispose]();
          consumers.delete(consumer);
        },
      };
      consumers.add(consumer);
      return consumer;
    },
    depth: () => ({ ready: returned.length + ready.length, consumers: intakes.length }),
    waiting: () => [...returned, ...ready].sort((one, other) => one.number - other.number),
    forget(held) {
      const list = [returned, ready].find((messages) => messages.includes(held));
      if (!list) return false;
      record({ type: 'acked', number: held.number, queue: name });
      list.splice(list.indexOf(held), 1);
      return true;
    },
    unsettled: () => [...outside, ...returned, ...ready].sort((one, other) => one.number - other.number),
    async close() {
      await Promise.all([...consumers].map((consumer) => consumer[Symbol.asyncDispose]()));
    },
  };
};
