/**
 * One consumer on a channel of its own, which is made anew when it is lost. Invariants: at most `prefetch` handlers run; a
 * delivery is settled on the channel that brought it, or not at all (then RabbitMQ hands it out again, and its signal is aborted).
 */
import type { AsyncMessage, Channel, Connection } from 'rabbitmq-client';
import { backoffMs } from '../connections/backoff.ts';
import type { Logger } from '../log.ts';
import type { Consumer, Delivery, Json, Settlement } from './broker.ts';

export interface RabbitmqConsumerOptions {
  readonly connection: Connection;
  readonly queue: string;
  readonly prefetch: number;
  readonly handler: (delivery: Delivery<Json>, signal: AbortSignal) => Promise<Settlement>;
  readonly logger: Logger;
  /** Aborted when the broker is closed under its consumers. */
  readonly signal: AbortSignal;
}

const toDelivery = (queue: string, message: AsyncMessage): Delivery<Json> => {
  const count: unknown = message.headers?.['x-delivery-count'];
  return {
    queue,
    id: message.messageId ?? '',
    body: message.body,
    redeliveries: typeof count === 'number' ? count : 0,
  };
};

const settle = (channel: Channel, { deliveryTag }: AsyncMessage, settlement: Settlement): void => {
  if (settlement === 'ack') channel.basicAck({ deliveryTag });
  else channel.basicNack({ deliveryTag, requeue: settlement === 'retry' });
};

interface Arrived {
  readonly channel: Channel;
  readonly message: AsyncMessage;
  /** Aborted when the channel is lost. */
  readonly lost: AbortSignal;
}

/** Resolves when deliveries may arrive, or come as soon as the server is there. Rejects when the queue does not exist. */
export const openRabbitmqConsumer = async (options: RabbitmqConsumerOptions): Promise<Consumer> => {
  const { connection, queue, prefetch, handler, logger, signal } = options;
  const running = new Set<Promise<void>>();
  /** Arrived, but the handlers of an older channel still run. Never more than `prefetch`. */
  let waiting: Arrived[] = [];
  let current: { readonly channel: Channel; readonly consumerTag: string } | undefined;
  let stopped = false;
  let retryTimer: NodeJS.Timeout | undefined;

  const settleIfPossible = ({ channel, message }: Arrived, settlement: Settlement): void => {
    try {
      if (channel.active) settle(channel, message, settlement);
    } catch (error) {
      logger.warn({ err: error, queue, id: message.messageId }, 'A delivery cannot be settled and will come again');
    }
  };
  const handle = async (arrived: Arrived): Promise<void> => {
    const { message, lost } = arrived;
    let settlement: Settlement = 'retry';
    try {
      settlement = await handler(toDelivery(queue, message), AbortSignal.any([lost, signal]));
    } catch (error) {
      logger.warn({ err: error, queue, id: message.messageId }, 'A delivery failed and is put back');
    }
    settleIfPossible(arrived, settlement);
  };
  const start = (arrived: Arrived): void => {
    if (stopped) {
      settleIfPossible(arrived, 'retry');
      return;
    }
    if (running.size >= prefetch) {
      waiting.push(arrived);
      return;
    }
    const work = handle(arrived).finally(() => {
      running.delete(work);
      const next = waiting.shift();
      if (next) start(next);
    });
    running.add(work);
  };

  const open = async (): Promise<void> => {
    const channel = await connection.acquire({ emitErrorsFromChannel: true });
    const lost = new AbortController();
    channel.on('error', (error: unknown) => logger.warn({ err: error, queue }, 'A consumer channel failed'));
    // The server cancels when the queue is deleted or moves: start over.
    channel.on('basic.cancel', () => void channel.close());
    channel.once('close', () => {
      lost.abort(new Error('The connection that brought this delivery is lost'));
      waiting = [];
      if (current?.channel === channel) reopenLater(1);
    });
    await channel.basicQos({ prefetchCount: prefetch });
    const { consumerTag } = await channel.basicConsume({ queue }, (message) =>
      start({ channel, message, lost: lost.signal }),
    );
    current = { channel, consumerTag };
    if (!channel.active) reopenLater(1);
    if (stopped) await channel.close();
  };
  const reopenLater = (attempt: number): void => {
    current = undefined;
    if (stopped) return;
    retryTimer = setTimeout(() => {
      open().catch((error: unknown) => {
        logger.warn({ err: error, queue }, 'A consumer cannot be started again yet');
        reopenLater(attempt + 1);
      });
    }, backoffMs(attempt));
  };
  const openFirst = async (): Promise<void> => {
    try {
      await open();
    } catch (error) {
      // With its connection lost meanwhile it is as with a server that is away.
      if (connection.ready) throw error;
      reopenLater(1);
    }
  };
  if (connection.ready) await openFirst();
  else reopenLater(1);

  const pause = async (): Promise<void> => {
    if (stopped) return;
    stopped = true;
    clearTimeout(retryTimer);
    for (const arrived of waiting.splice(0)) settleIfPossible(arrived, 'retry');
    if (current?.channel.active) await current.channel.basicCancel(current.consumerTag).catch(() => undefined);
  };
  let closed: Promise<void> | undefined;
  return {
    pause,
    [Symbol.asyncDispose]() {
      closed ??= (async () => {
        await pause();
        await Promise.all(running);
        await current?.channel.close();
      })();
      return closed;
    },
  };
};
