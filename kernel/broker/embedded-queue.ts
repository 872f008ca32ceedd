/**
 * One queue of the embedded broker: delivers messages to consumers in turn, each up to its prefetch, and settles them
 * by the results of their handlers. Invariant: every message is in exactly one of `requeued`, `ready` and `unsettled`,
 * or settled for good.
 */
import type { Logger } from '../log.ts';
import type { ConsumeOptions, Consumer, Delivery, Json, QueueDepth, Settlement } from './broker.ts';
import { createDeliveries, type Deliveries } from './deliveries.ts';
import type { Journal, QueuedMessage } from './embedded-journal.ts';

type Handler = (delivery: Delivery<Json>, signal: AbortSignal) => Promise<Settlement>;

interface Intake {
  readonly deliveries: Deliveries;
  readonly prefetch: number;
}

export interface EmbeddedQueue {
  /** Takes a message that the journal has. */
  add(message: QueuedMessage): void;
  consume(options: ConsumeOptions, handler: Handler): Consumer;
  depth(): QueueDepth;
  /** The messages that no consumer has taken, oldest first. */
  waiting(): readonly QueuedMessage[];
  /** Forgets a waiting message. Returns false when a consumer has taken it meanwhile. */
  forget(message: QueuedMessage): boolean;
  /** All messages that are not settled, oldest first. */
  unsettled(): readonly QueuedMessage[];
  /** Stops every consumer and waits for the running handlers. */
  close(): Promise<void>;
}

export interface EmbeddedQueueOptions {
  readonly name: string;
  readonly deliveryLimit: number;
  readonly journal: Journal;
  /** The queue of dead letters; undefined where this is one, which then keeps retried messages. */
  readonly deadLetter: EmbeddedQueue | undefined;
  readonly logger: Logger;
  /** Aborted when the broker closes while consumers run. */
  readonly signal: AbortSignal;
}

interface Dispatcher {
  /** Consumers that take messages. */
  readonly size: number;
  start(intake: Intake): void;
  stop(intake: Intake): void;
  /** Delivers what can be delivered, in a later turn of the event loop. */
  schedule(): void;
}

/**
 * Delivers to consumers in turn, each up to its prefetch.
 * @param deliver gives the next message to this consumer; undefined where there is none.
 */
const createDispatcher = (deliver: (intake: Intake) => Promise<void> | undefined): Dispatcher => {
  const intakes: Intake[] = [];
  let isScheduled = false;
  const dispatch = (): void => {
    isScheduled = false;
    for (;;) {
      const index = intakes.findIndex(({ deliveries, prefetch }) => deliveries.running < prefetch);
      const intake = intakes[index];
      const work = intake && deliver(intake);
      if (!work) return;
      // To the end of the line, so that the next message goes to the next consumer.
      intakes.push(...intakes.splice(index, 1));
      void work.finally(schedule);
    }
  };
  const schedule = (): void => {
    if (isScheduled) return;
    isScheduled = true;
    setImmediate(dispatch);
  };
  return {
    get size() {
      return intakes.length;
    },
    start(intake) {
      intakes.push(intake);
      schedule();
    },
    stop(intake) {
      const index = intakes.indexOf(intake);
      if (index !== -1) intakes.splice(index, 1);
    },
    schedule,
  };
};

interface ConsumerOptions {
  readonly dispatcher: Dispatcher;
  readonly intake: Intake;
  readonly stores: ConsumeOptions['stores'];
  readonly onClosed: () => void;
}

/** Takes messages while the stores are present. */
const createConsumer = ({ dispatcher, intake, stores, onClosed }: ConsumerOptions): Consumer => {
  const { deliveries } = intake;
  if (!stores?.isAway) dispatcher.start(intake);
  const stopFollowing = stores?.onChange((isAway) => {
    dispatcher.stop(intake);
    if (isAway) deliveries.giveBackAll();
    else dispatcher.start(intake);
  });
  const pause = async () => {
    stopFollowing?.();
    dispatcher.stop(intake);
  };
  return {
    ping: () => deliveries.ping(),
    pause,
    async [Symbol.asyncDispose]() {
      await pause();
      deliveries.stopHolding();
      await deliveries.settled();
      deliveries[Symbol.dispose]();
      onClosed();
    },
  };
};

export const createEmbeddedQueue = (options: EmbeddedQueueOptions): EmbeddedQueue => {
  const { name, deliveryLimit, journal, deadLetter, logger, signal } = options;
  /** Requeued messages, which are delivered before the others. */
  const requeued: QueuedMessage[] = [];
  const ready: QueuedMessage[] = [];
  const unsettled = new Set<QueuedMessage>();

  /** A record that cannot be written means only that the message may be delivered once more after a crash. */
  const record = (entry: Parameters<Journal['write']>[0]) => {
    try {
      journal.write(entry);
    } catch (error) {
      logger.error({ err: error, queue: name }, 'the broker journal cannot be written');
    }
  };

  const settle = (message: QueuedMessage, settlement: Settlement) => {
    unsettled.delete(message);
    const { number } = message;
    const isDead = settlement === 'dead' || (settlement === 'retry' && message.redeliveries >= deliveryLimit);
    if (settlement === 'ack') {
      record({ type: 'acked', number, queue: name });
    } else if (isDead && deadLetter) {
      record({ type: 'dead', number, queue: name, to: `${name}.dead` });
      deadLetter.add({ ...message, redeliveries: 0 });
    } else {
      record({ type: 'returned', number, queue: name });
      message.redeliveries += 1;
      requeued.push(message);
      dispatcher.schedule();
    }
  };

  const dispatcher = createDispatcher((intake) => {
    const message = requeued.shift() ?? ready.shift();
    if (!message) return undefined;
    unsettled.add(message);
    record({ type: 'delivered', number: message.number, queue: name });
    const { id, routingKey, redeliveries } = message;
    const body: Json = JSON.parse(message.body);
    return intake.deliveries.run({ queue: name, routingKey, id, body, redeliveries }, signal, (settlement) =>
      settle(message, settlement),
    );
  });
  const consumers = new Set<Consumer>();

  return {
    add(message) {
      if (deadLetter && message.redeliveries > deliveryLimit) {
        unsettled.add(message);
        settle(message, 'dead');
        return;
      }
      ready.push(message);
      dispatcher.schedule();
    },
    consume(options, handler) {
      const { prefetch, stores } = options;
      const deliveries = createDeliveries({ queue: name, handler, patience: options, logger });
      const consumer = createConsumer({
        dispatcher,
        intake: { deliveries, prefetch },
        stores,
        onClosed: () => consumers.delete(consumer),
      });
      consumers.add(consumer);
      return consumer;
    },
    depth: () => ({ ready: requeued.length + ready.length, consumers: dispatcher.size }),
    waiting: () => [...requeued, ...ready].sort((one, other) => one.number - other.number),
    forget(message) {
      const list = [requeued, ready].find((messages) => messages.includes(message));
      if (!list) return false;
      record({ type: 'acked', number: message.number, queue: name });
      list.splice(list.indexOf(message), 1);
      return true;
    },
    unsettled: () => [...unsettled, ...requeued, ...ready].sort((one, other) => one.number - other.number),
    async close() {
      await Promise.all([...consumers].map((consumer) => consumer[Symbol.asyncDispose]()));
    },
  };
};
