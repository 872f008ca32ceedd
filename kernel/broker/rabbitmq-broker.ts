/**
 * The broker on RabbitMQ. One connection publishes and another consumes, because a server that blocks publishers stops
 * reading their whole connection, acknowledgements included. Invariant: before the broker is returned, both connections
 * stand and the topology is declared; where the server may be away and is, that happens when it appears.
 */
import { Connection } from 'rabbitmq-client';
import { withDeadline } from '../connections/deadline.ts';
import { startError } from '../connections/start-error.ts';
import type { Logger } from '../log.ts';
import type { Broker, ConsumeOptions, Consumer, Delivery, Json, Settlement } from './broker.ts';
import { openRabbitmqConsumer } from './rabbitmq-consumer.ts';
import { visitRabbitmqDeadLetters } from './rabbitmq-dead-letters.ts';
import { createRabbitmqPublisher, type RabbitmqPublisher } from './rabbitmq-publisher.ts';
import type { QueueDeclaration } from './topology.ts';

export interface RabbitmqBrokerOptions {
  /** `amqp://user:password@host:port/virtual-host` */
  readonly url: string;
  readonly queues: readonly QueueDeclaration[];
  readonly logger: Logger;
  readonly startTimeoutMs: number;
  /**
   * Whether to log, not fail, when RabbitMQ is unreachable at the start, and connect when it appears. Default: false.
   */
  readonly mayBeAway?: boolean;
}

/** Milliseconds after which a server that may be away counts as away. */
const awayAfterMs = 2_000;

/** Codes of a server that is present. Any other fault may pass with time. */
const refusals: readonly unknown[] = ['ACCESS_REFUSED', 'NOT_ALLOWED', 'NOT_FOUND', 'PRECONDITION_FAILED'];
const isRefusal = (fault: unknown): boolean =>
  fault instanceof Error && 'code' in fault && refusals.includes(fault.code);

/** Milliseconds that an operation waits for a connection that is being re-established. */
const acquireTimeoutMs = 5_000;
const pingTimeoutMs = 2_000;
const closeTimeoutMs = 3_000;
/** A server that is silent for two heartbeats is lost. 5 is the minimum that RabbitMQ's guide advises. */
const heartbeatSeconds = 5;

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
    logger.warn({ err: error, connection: name }, 'a RabbitMQ connection failed');
  });
  return connection;
};

const closeConnections = async (
  publisher: RabbitmqPublisher,
  connections: readonly Connection[],
  logger: Logger,
): Promise<void> => {
  const goodbye = (async () => {
    await publisher.close();
    await Promise.all(connections.map((connection) => connection.close()));
  })();
  // A server that hangs does not delay the end of this process.
  await withDeadline(goodbye, closeTimeoutMs, () => new Error('RabbitMQ does not respond')).catch((error: unknown) => {
    logger.warn({ err: error }, 'RabbitMQ did not close in time: its connections are cut');
    for (const connection of connections) connection.unsafeDestroy();
  });
};

/** The consumer, with a callback after it has closed. */
const notifyingOfClose = (consumer: Consumer, onClosed: () => void): Consumer => ({
  ping: () => consumer.ping(),
  pause: () => consumer.pause(),
  async [Symbol.asyncDispose]() {
    await consumer[Symbol.asyncDispose]();
    onClosed();
  },
});

/** Rejects with a StartError when the server refuses, or when it does not respond in time and may not be away. */
export const connectRabbitmqBroker = async (options: RabbitmqBrokerOptions): Promise<Broker> => {
  const { url, queues, logger, mayBeAway = false } = options;
  const startTimeoutMs = mayBeAway ? Math.min(options.startTimeoutMs, awayAfterMs) : options.startTimeoutMs;
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
    const cause = lastError ?? error;
    const fault = startError({ service: 'RabbitMQ', variable: 'RABBITMQ_URL', url, timeoutMs: startTimeoutMs, cause });
    if (!mayBeAway || isRefusal(cause)) {
      for (const connection of connections) connection.unsafeDestroy();
      throw fault;
    }
    logger.error({ err: fault }, 'started without RabbitMQ');
    // Consumers need the queues. If this fails, the first publish declares them.
    const declare = () =>
      void publisher
        .ready()
        .catch((err: unknown) => logger.warn({ err }, 'the RabbitMQ topology cannot be declared yet'));
    if (publishing.ready) declare();
    else publishing.once('connection', declare);
  }
  const consumers = new Set<Consumer>();
  const closing = new AbortController();
  let closed: Promise<void> | undefined;

  return {
    publish: publisher.publish,
    async consume<Body extends Json>(
      queue: string,
      consumeOptions: ConsumeOptions,
      handler: (delivery: Delivery<Body>, signal: AbortSignal) => Promise<Settlement>,
    ): Promise<Consumer> {
      const consumer = await openRabbitmqConsumer({
        ...consumeOptions,
        connection: consuming,
        queue,
        // The publisher guarantees the type; the consumer validates the body.
        handler: (delivery, signal) => handler(delivery as Delivery<Body>, signal),
        logger,
        signal: closing.signal,
      });
      const tracked: Consumer = notifyingOfClose(consumer, () => consumers.delete(tracked));
      consumers.add(tracked);
      return tracked;
    },
    async depth(queue) {
      const { messageCount, consumerCount } = await consuming.queueDeclare({ queue, passive: true });
      return { ready: messageCount, consumers: consumerCount };
    },
    visitDeadLetters: (queue, limit, decide) =>
      visitRabbitmqDeadLetters({ connection: consuming, put: publisher.put, queue, limit, decide }),
    async ping() {
      const asked = consuming.exchangeDeclare({ exchange: 'jobs', passive: true });
      await withDeadline(asked, pingTimeoutMs, () => new Error('RabbitMQ does not respond'));
    },
    [Symbol.asyncDispose]() {
      closed ??= (async () => {
        closing.abort(new Error('The broker is closing'));
        await Promise.all([...consumers].map((consumer) => consumer[Symbol.asyncDispose]()));
        await closeConnections(publisher, connections, logger);
      })();
      return closed;
    },
  };
};
