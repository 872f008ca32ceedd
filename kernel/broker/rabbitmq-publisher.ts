/**
 * Publishes to RabbitMQ on a channel with confirms, which is reopened when it is lost. Invariant: a publish resolves
 * only after the broker's confirm, and rejects when the broker returned the message because no queue is bound.
 */
import type { Channel, Connection, ReturnedMessage } from 'rabbitmq-client';
import { withDeadline } from '../connections/deadline.ts';
import { AppError } from '../errors.ts';
import type { Exchange, Json } from './broker.ts';
import { routingKeyHeader } from './rabbitmq-routing-key.ts';
import { declareTopology } from './rabbitmq-topology.ts';
import { overloadedRetryAfterMs, type QueueDeclaration } from './topology.ts';

/**
 * Milliseconds after which a publish without a confirm counts as refused. It may have arrived; its id makes a
 * repetition harmless.
 */
const confirmTimeoutMs = 10_000;

/** What is published, with the key that its consumers read. */
export interface PublishedMessage {
  readonly routingKey: string;
  readonly id: string;
  readonly body: Json;
}

export interface RabbitmqPublisher {
  publish(exchange: Exchange, routingKey: string, id: string, body: Json): Promise<void>;
  /** Publishes to one queue, whatever its bindings. The message keeps the routing key that it had. */
  put(queue: string, message: PublishedMessage): Promise<void>;
  /** Resolves when the channel stands and the topology is declared on it. */
  ready(): Promise<void>;
  close(): Promise<void>;
}

interface Route {
  /** The default exchange, '', routes by queue name. */
  readonly exchange: Exchange | '';
  readonly routingKey: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const overloaded = (cause: unknown): AppError =>
  new AppError('OVERLOADED', 'Too much work is waiting. Try again in a moment.', {
    cause,
    retryAfterMs: overloadedRetryAfterMs,
  });

const isRefused = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'NACK';

export const createRabbitmqPublisher = (
  connection: Connection,
  queues: readonly QueueDeclaration[],
): RabbitmqPublisher => {
  let channel: Promise<Channel> | undefined;
  let published = 0;
  let blocked: string | undefined;
  /** Correlation ids of messages that the broker returned. */
  const returned = new Set<string>();

  /** Pending publishes. The server reads none of them while it blocks. */
  const pending = new Set<(error: Error) => void>();

  const refusal = () => overloaded(new Error(`RabbitMQ blocks publishers: ${blocked}`));
  connection.on('connection.blocked', (reason) => {
    blocked = reason;
    for (const reject of pending) reject(refusal());
  });
  connection.on('connection.unblocked', () => {
    blocked = undefined;
  });
  // A new connection is not blocked until the broker says so.
  connection.on('connection', () => {
    blocked = undefined;
  });

  const open = async (): Promise<Channel> => {
    const opened = await connection.acquire();
    opened.once('close', () => {
      channel = undefined;
    });
    opened.on('basic.return', ({ correlationId }: ReturnedMessage) => {
      if (correlationId !== undefined) returned.add(correlationId);
    });
    await declareTopology(opened, queues);
    await opened.confirmSelect();
    return opened;
  };
  const current = (): Promise<Channel> => {
    if (channel) return channel;
    const opening = open();
    channel = opening;
    opening.catch(() => {
      if (channel === opening) channel = undefined;
    });
    return opening;
  };
  const confirmed = async ({ exchange, routingKey, headers }: Route, id: string, body: Json): Promise<void> => {
    published += 1;
    const correlationId = String(published);
    const route = { exchange, routingKey, ...(headers && { headers }) };
    const envelope = { ...route, correlationId, messageId: id, mandatory: true, durable: true };
    const opened = await current();
    await opened.basicPublish({ ...envelope, contentType: 'application/json' }, Buffer.from(JSON.stringify(body)));
    // The broker sends a return before the confirm; the client emits it one turn of the event loop later.
    await new Promise(setImmediate);
    if (returned.delete(correlationId))
      throw new Error(`Unroutable: no queue is bound to ${routingKey} on ${exchange}`);
  };

  const publish = async (route: Route, id: string, body: Json): Promise<void> => {
    if (blocked !== undefined) throw refusal();
    const { promise: unblocked, reject } = Promise.withResolvers<never>();
    pending.add(reject);
    try {
      await withDeadline(Promise.race([confirmed(route, id, body), unblocked]), confirmTimeoutMs, () =>
        overloaded(new Error('RabbitMQ did not confirm')),
      );
    } catch (error) {
      throw isRefused(error) ? overloaded(error) : error;
    } finally {
      pending.delete(reject);
    }
  };

  return {
    publish: (exchange, routingKey, id, body) => publish({ exchange, routingKey }, id, body),
    put: (queue, { routingKey, id, body }) =>
      publish({ exchange: '', routingKey: queue, headers: { [routingKeyHeader]: routingKey } }, id, body),
    async ready() {
      await current();
    },
    async close() {
      const opened = await channel?.catch(() => undefined);
      await opened?.close();
    },
  };
};
