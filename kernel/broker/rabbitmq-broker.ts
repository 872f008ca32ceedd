/**
 * The broker on RabbitMQ. Two connections: one that publishes and one that consumes, because a server that blocks publishers
 * stops reading their whole connection, acknowledgements too. Invariant: both stand, and the topology is declared, before
 * the broker is given out.
 */
import { Connection } from 'rabbitmq-client';
import { withDeadline } from '../connections/deadline.ts';
import { startError } from '../connections/start-error.ts';
import type { Logger } from '../log.ts';
import type { Broker, Consumer, Delivery, Json, Settlement } from './broker.ts';
import { openRabbitmqConsumer } from './rabbitmq-consumer.ts';
import { createRabbitmqPublisher } from './rabbitmq-publisher.ts';
import type { QueueDeclaration } from './topology.ts';

export interface RabbitmqBrokerOptions {
  /** `amqp://user:password@host:port/virtual-host` */
  readonly url: string;
  readonly queues: readonly QueueDeclaration[];
  readonly logger: Logger;
  readonly startTimeoutMs: number;
}

/** Milliseconds an operation waits for a connection that is being made again. */
const acquireTimeoutMs = 5_000;
const pingTimeoutMs = 2_000;
const closeTimeoutMs = 3_000;
const heartbeatSeconds = 10;

const connect = (url: string, name: string, logger: Logger, onError: (error: unknown) => void): Connection => {
  const connection = new Connection({
    url,
    connectionName: name,
    // Without it a publish waits for the peer's delayed acknowledgement: 42 ms instead of 1.
    noDelay: true,
    heartbeat: heartbeatSeconds,
    acquireTimeout: acquireTimeoutMs,
    retryLow: 100,
    retryHigh: 2_000,
  });
  connection.on('error', (error: unknown) => {
    onError(error);
    logger.warn({ err: error, connection: name }, 'RabbitMQ connection');
  });
  return connection;
};

/** Rejects with a StartError when the server does not answer in time. */
export const connectRabbitmqBroker = async (options: RabbitmqBrokerOptions): Promise<Broker> => {
  const { url, queues, logger, startTimeoutMs } = options;
  let lastError: unknown;
  const keepError = (error: unknown) => {
    lastError = error;
  };
  const publishing = connect(url, 'parlance publish', logger, keepError);
  const consuming = connect(url, 'parlance consume', logger, keepError);
  const publisher = createRabbitmqPublisher(publishing, queues);
  const connections = [publishing, consuming];
  try {
    await Promise.all(connections.map((connection) => connection.onConnect(startTimeoutMs, true)));
    lastError = undefined;
    await publisher.ready();
  } catch (error) {
    for (const connection of connections) connection.unsafeDestroy();
    throw startError('RabbitMQ', 'RABBITMQ_URL', url, startTimeoutMs, lastError ?? error);
  }
  const consumers = new Set<Consumer>();
  const closing = new AbortController();
  let closed: Promise<void> | undefined;

  return {
    publish: publisher.publish,
    async consume<Body extends Json>(
      queue: string,
      { prefetch }: { readonly prefetch: number },
      handler: (delivery: Delivery<Body>, signal: AbortSignal) => Promise<Settlement>,
    ): Promise<Consumer> {
      const consumer = await openRabbitmqConsumer({
        connection: consuming,
        queue,
        prefetch,
        // The publisher's promise, not a check: the consumer validates the body.
        handler: (delivery, signal) => handler(delivery as Delivery<Body>, signal),
        logger,
        signal: closing.signal,
      });
      const tracked: Consumer = {
        pause: () => consumer.pause(),
        async [Symbol.asyncDispose]() {
          await consumer[Symbol.asyncDispose]();
          consumers.delete(tracked);
        },
      };
      consumers.add(tracked);
      return tracked;
    },
    async depth(queue) {
      const { messageCount, consumerCount } = await consuming.queueDeclare({ queue, passive: true });
      return { ready: messageCount, consumers: consumerCount };
    },
    async ping() {
      const asked = consuming.exchangeDeclare({ exchange: 'jobs', passive: true });
      await withDeadline(asked, pingTimeoutMs, () => new Error('RabbitMQ does not answer'));
    },
    [Symbol.asyncDispose]() {
      closed ??= (async () => {
        closing.abort(new Error('The broker is closing'));
        await Promise.all([...consumers].map((consumer) => consumer[Symbol.asyncDispose]()));
        const goodbye = (async () => {
          await publisher.close();
          await Promise.all(connections.map((connection) => connection.close()));
        })();
        // A server that hangs does not keep this process.
        await withDeadline(goodbye, closeTimeoutMs, () => new Error('RabbitMQ does not answer')).catch(
          (error: unknown) => {
            logger.warn({ err: error }, 'RabbitMQ connections are cut');
            for (const connection of connections) connection.unsafeDestroy();
          },
        );
      })();
      return closed;
    },
  };
};
