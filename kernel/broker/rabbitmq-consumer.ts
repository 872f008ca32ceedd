/**
 * One consumer on a channel of its own, which is reopened when it is lost. Invariants: at most `prefetch` handlers run;
 * a delivery is settled on the channel that brought it or not at all (then RabbitMQ delivers it again, and its signal
 * is aborted); nothing is consumed while the stores that handlers need are away.
 */
import type { AsyncMessage, Channel, Connection } from 'rabbitmq-client';
import { backoffMs } from '../connections/backoff.ts';
import type { Logger } from '../log.ts';
import type { ConsumeOptions, Consumer, Delivery, Json, Settlement } from './broker.ts';
import { createDeliveries } from './deliveries.ts';

export interface RabbitmqConsumerOptions extends ConsumeOptions {
  readonly connection: Connection;
  readonly queue: string;
  readonly handler: (delivery: Delivery<Json>, signal: AbortSignal) => Promise<Settlement>;
  readonly logger: Logger;
  /** Aborted when the broker closes while consumers run. */
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

/**
 * Resolves when deliveries may arrive, or will arrive once the server appears. Rejects when the queue does not exist.
 */
export const openRabbitmqConsumer = async (options: RabbitmqConsumerOptions): Promise<Consumer> => {
  const { connection, queue, prefetch, handler, logger, signal, stores } = options;
  const deliveries = createDeliveries({ queue, handler, patience: options, logger });
  /**
   * Deliveries that arrived while handlers of an older channel still run or the stores are away. At most `prefetch`.
   */
  let waiting: Arrived[] = [];
  let current: Channel | undefined;
  /** The tag of the current subscription; undefined while nothing is consumed. */
  let consumerTag: string | undefined;
  let stopped = false;
  let retryTimer: NodeJS.Timeout | undefined;

  const settleIfPossible = ({ channel, message }: Arrived, settlement: Settlement): void => {
    try {
      if (channel.active) settle(channel, message, settlement);
    } catch (error) {
      logger.warn(
        { err: error, queue, id: message.messageId },
        'a delivery cannot be settled and will be delivered again',
      );
    }
  };
  const mayConsume = (): boolean => !stopped && !stores?.isAway;
  const start = (arrived: Arrived): void => {
    if (stopped) {
      settleIfPossible(arrived, 'retry');
      return;
    }
    if (!mayConsume() || deliveries.running >= prefetch) {
      waiting.push(arrived);
      return;
    }
    const lost = AbortSignal.any([arrived.lost, signal]);
    const work = deliveries.run(toDelivery(queue, arrived.message), lost, (settlement) =>
      settleIfPossible(arrived, settlement),
    );
    void work.then(() => {
      const next = waiting.shift();
      if (next) start(next);
    });
  };
  const returnWaiting = (): void => {
    for (const arrived of waiting.splice(0)) settleIfPossible(arrived, 'retry');
  };

  const subscribe = async (channel: Channel, lost: AbortSignal): Promise<void> => {
    const { consumerTag: tag } = await channel.basicConsume({ queue }, (message) => start({ channel, message, lost }));
    consumerTag = tag;
  };
  const unsubscribe = async (): Promise<void> => {
    const tag = consumerTag;
    consumerTag = undefined;
    if (tag !== undefined && current?.active) await current.basicCancel(tag).catch(() => undefined);
  };
  let subscribeAgain: (() => Promise<void>) | undefined;

  /** Changes are applied one after the other, so that cancelling and consuming never overlap. */
  let changing: Promise<void> = Promise.resolve();
  const follow = async (): Promise<void> => {
    if (stores?.isAway) {
      await unsubscribe();
      returnWaiting();
      deliveries.giveBackAll();
    } else if (mayConsume() && current?.active) {
      if (consumerTag === undefined) await subscribeAgain?.();
      for (const arrived of waiting.splice(0)) start(arrived);
    }
  };
  const followLater = (): void => {
    changing = changing.then(follow).catch((error: unknown) => {
      logger.warn({ err: error, queue }, 'a consumer cannot be paused or restarted');
      void current?.close();
    });
  };

  const open = async (): Promise<void> => {
    const channel = await connection.acquire({ emitErrorsFromChannel: true });
    const lost = new AbortController();
    channel.on('error', (error: unknown) => logger.warn({ err: error, queue }, 'a consumer channel failed'));
    // The server cancels when the queue is deleted or moves: start over.
    channel.on('basic.cancel', () => void channel.close());
    channel.once('close', () => {
      lost.abort(new Error('The connection that brought this delivery is lost'));
      waiting = [];
      if (current === channel) reopenLater(1);
    });
    await channel.basicQos({ prefetchCount: prefetch });
    subscribeAgain = () => subscribe(channel, lost.signal);
    if (mayConsume()) await subscribe(channel, lost.signal);
    current = channel;
    followLater();
    if (!channel.active) reopenLater(1);
    if (stopped) await channel.close();
  };
  const reopenLater = (attempt: number): void => {
    current = undefined;
    consumerTag = undefined;
    if (stopped) return;
    retryTimer = setTimeout(() => {
      open().catch((error: unknown) => {
        logger.warn({ err: error, queue }, 'a consumer cannot be restarted yet');
        reopenLater(attempt + 1);
      });
    }, backoffMs(attempt));
  };
  const openFirst = async (): Promise<void> => {
    try {
      await open();
    } catch (error) {
      // A connection that was lost meanwhile is like a server that is away.
      if (connection.ready) throw error;
      reopenLater(1);
    }
  };
  if (connection.ready) await openFirst();
  else reopenLater(1);

  const stopFollowing = stores?.onChange(followLater);

  const pause = async (): Promise<void> => {
    if (stopped) return;
    stopped = true;
    clearTimeout(retryTimer);
    stopFollowing?.();
    await changing;
    returnWaiting();
    await unsubscribe();
  };
  let closed: Promise<void> | undefined;
  return {
    ping: () => deliveries.ping(),
    pause,
    [Symbol.asyncDispose]() {
      closed ??= (async () => {
        await pause();
        deliveries.stopHolding();
        await deliveries.settled();
        deliveries[Symbol.dispose]();
        await current?.close();
      })();
      return closed;
    },
  };
};
