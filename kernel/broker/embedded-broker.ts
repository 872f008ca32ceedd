/**
 * The broker without a server: queues in this process, and a journal in the data directory. It has the rules of
 * RabbitMQ: routing, prefetch, delivery limit, dead letters, a bound on every queue. Invariant: `publish` resolves
 * after the journal has the message, so a killed process loses none and delivers its unsettled ones again.
 */
import { join } from 'node:path';
import { probeDisk } from '../connections/disk-probe.ts';
import { AppError } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { Broker, ConsumeOptions, Consumer, Delivery, Json, Settlement } from './broker.ts';
import { type Journal, openJournal } from './embedded-journal.ts';
import { createEmbeddedQueue, type EmbeddedQueue } from './embedded-queue.ts';
import { routeToQueues } from './routing.ts';
import { deadLetterQueue, maxQueueLength, overloadedRetryAfterMs, type QueueDeclaration } from './topology.ts';

export interface EmbeddedBrokerOptions {
  readonly dataDirectory: string;
  readonly queues: readonly QueueDeclaration[];
  readonly logger: Logger;
  /** Messages that a queue holds, at most. */
  readonly maxLength?: number;
}

interface DeclareOptions {
  readonly queues: Map<string, EmbeddedQueue>;
  readonly declarations: readonly QueueDeclaration[];
  readonly journal: Journal;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/** Creates the declared queues, with the messages that the journal has. Returns the highest number of a message. */
const declareQueues = ({ queues, declarations, journal, logger, signal }: DeclareOptions): number => {
  const declare = (name: string, deliveryLimit: number, deadLetter: EmbeddedQueue | undefined): EmbeddedQueue => {
    const queue = createEmbeddedQueue({
      name,
      deliveryLimit,
      journal,
      deadLetter,
      logger,
      signal,
    });
    queues.set(name, queue);
    return queue;
  };
  for (const { name, deliveryLimit } of declarations) {
    declare(name, deliveryLimit, declare(deadLetterQueue(name), Number.POSITIVE_INFINITY, undefined));
  }
  let lastNumber = 0;
  for (const [name, messages] of journal.restored) {
    // A queue that left the topology keeps its messages.
    const queue = queues.get(name) ?? declare(name, Number.POSITIVE_INFINITY, undefined);
    for (const message of messages) {
      lastNumber = Math.max(lastNumber, message.number);
      queue.add(message);
    }
  }
  return lastNumber;
};

export const createEmbeddedBroker = async (options: EmbeddedBrokerOptions): Promise<Broker> => {
  const { dataDirectory, queues: declarations, logger, maxLength = maxQueueLength } = options;
  const queues = new Map<string, EmbeddedQueue>();
  const closing = new AbortController();
  let closed: Promise<void> | undefined;
  const journal: Journal = openJournal(
    join(dataDirectory, 'broker'),
    () => new Map([...queues].map(([name, queue]) => [name, queue.unsettled()])),
  );

  let lastNumber = declareQueues({ queues, declarations, journal, logger, signal: closing.signal });

  const queueNamed = (name: string): EmbeddedQueue => {
    const queue = queues.get(name);
    if (!queue) throw new Error(`There is no queue ${name}`);
    return queue;
  };
  const refuseClosed = () => {
    if (closed) throw new Error('The broker is closed');
  };

  /** Puts the message into these queues, whatever their bindings. */
  const put = (names: readonly string[], routingKey: string, id: string, body: Json): void => {
    lastNumber += 1;
    const message = { number: lastNumber, id, routingKey, body: JSON.stringify(body) };
    journal.write({ type: 'published', ...message, queues: Object.fromEntries(names.map((name) => [name, 0])) });
    for (const name of names) queueNamed(name).add({ ...message, redeliveries: 0 });
  };

  return {
    async publish(exchange, routingKey, id, body) {
      refuseClosed();
      const names = routeToQueues(declarations, exchange, routingKey);
      if (names.length === 0) throw new Error(`Unroutable: no queue is bound to ${routingKey} on ${exchange}`);
      if (names.some((name) => queueNamed(name).depth().ready >= maxLength)) {
        const retryAfterMs = overloadedRetryAfterMs;
        throw new AppError('OVERLOADED', 'Too much work is waiting. Try again in a moment.', { retryAfterMs });
      }
      put(names, routingKey, id, body);
    },
    async consume<Body extends Json>(
      queue: string,
      consumeOptions: ConsumeOptions,
      handler: (delivery: Delivery<Body>, signal: AbortSignal) => Promise<Settlement>,
    ): Promise<Consumer> {
      refuseClosed();
      // The publisher guarantees the type; the consumer validates the body.
      return queueNamed(queue).consume(consumeOptions, (delivery, signal) =>
        handler(delivery as Delivery<Body>, signal),
      );
    },
    depth: async (queue) => queueNamed(queue).depth(),
    async visitDeadLetters(queue, limit, decide) {
      refuseClosed();
      const dead = queueNamed(deadLetterQueue(queue));
      const letters = dead.waiting().slice(0, limit);
      for (const letter of letters) {
        const body: Json = JSON.parse(letter.body);
        const { id, routingKey, redeliveries } = letter;
        const action = await decide({ queue: deadLetterQueue(queue), routingKey, id, body, redeliveries });
        if (action === 'keep' || !dead.waiting().includes(letter)) continue;
        if (action !== 'drop') put([queue], routingKey, id, action.replay);
        dead.forget(letter);
      }
      return letters.length;
    },
    async ping() {
      refuseClosed();
      await probeDisk(join(dataDirectory, 'broker'));
    },
    [Symbol.asyncDispose]() {
      closed ??= (async () => {
        closing.abort(new Error('The broker is closing'));
        await Promise.all([...queues.values()].map((queue) => queue.close()));
        journal[Symbol.dispose]();
      })();
      return closed;
    },
  };
};
