/**
 * One consumer on a channel of its own, which is reopened when it is lost. Invariants: at most `prefetch` handlers run;
 * a delivery is settled on the channel that brought it or not at all (then RabbitMQ delivers it again, and its signal
 * is aborted); nothing is consumed while the stores that handlers need are away.
 */
import type { AsyncMessage, Channel, Connection } from 'rabbitmq-client';
import { backoffMs } from '../connections/backoff.ts';
import type { Logger } from '../log.ts';
import type { ConsumeOptions, Consumer, Delivery, Json, Settlement } from './broker.ts';
import { createDeliveries, type Deliveries } from './deliveries.ts';
import { routingKeyOf } from './rabbitmq-routing-key.ts';

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
    routingKey: routingKeyOf(message),
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

interface IntakeOptions extends Pick<RabbitmqConsumerOptions, 'queue' | 'prefetch' | 'logger' | 'signal'> {
  readonly deliveries: Deliveries;
  readonly mayStart: () => boolean;
  readonly isStopped: () => boolean;
}

/** Starts the handlers of deliveries, or keeps deliveries waiting. */
const createIntake = ({ queue, prefetch, logger, signal, deliveries, mayStart, isStopped }: IntakeOptions) => {
  /** Deliveries that arrived while handlers of an older channel run or the stores are away. At most `prefetch`. */
  let waiting: Arrived[] = [];
  const settleIfPossible = ({ channel, message }: Arrived, settlement: Settlement): void => {
    try {
      if (channel.active) settle(channel, message, settlement);
    } catch (err) {
      logger.warn({ err, queue, id: message.messageId }, 'a delivery cannot be settled and will be delivered again');
    }
  };
  const take = (arrived: Arrived): void => {
    if (isStopped()) {
      settleIfPossible(arrived, 'retry');
      return;
    }
    if (!mayStart() || deliveries.running >= prefetch) {
      waiting.push(arrived);
      return;
    }
    const lost = AbortSignal.any([arrived.lost, signal]);
    const work = deliveries.run(toDelivery(queue, arrived.message), lost, (settlement) =>
      settleIfPossible(arrived, settlement),
    );
    void work.then(() => {
      const next = waiting.shift();
      if (next) take(next);
    });
  };
  return {
    take,
    takeWaiting(): void {
      for (const arrived of waiting.splice(0)) take(arrived);
    },
    /** Requeues them. */
    returnWaiting(): void {
      for (const arrived of waiting.splice(0)) settleIfPossible(arrived, 'retry');
    },
    /** Forgets them: their channel is lost, and the server delivers them again. */
    dropWaiting(): void {
      waiting = [];
    },
  };
};

interface ConsumerChannel {
  readonly isActive: boolean;
  /** Harmless when it is subscribed already. */
  subscribe(): Promise<void>;
  unsubscribe(): Promise<void>;
  close(): Promise<void>;
}

interface ChannelOptions extends Pick<RabbitmqConsumerOptions, 'connection' | 'queue' | 'prefetch' | 'logger'> {
  readonly take: (arrived: Arrived) => void;
  /** May be called before the channel is returned. */
  readonly onClosed: (channel: ConsumerChannel) => void;
}

const openChannel = async (options: ChannelOptions): Promise<ConsumerChannel> => {
  const { connection, queue, prefetch, logger, take, onClosed } = options;
  const channel = await connection.acquire({ emitErrorsFromChannel: true });
  const lost = new AbortController();
  /** Undefined while nothing is consumed. */
  let consumerTag: string | undefined;
  const opened: ConsumerChannel = {
    get isActive() {
      return channel.active;
    },
    async subscribe() {
      if (consumerTag !== undefined) return;
      const { consumerTag: tag } = await channel.basicConsume({ queue }, (message) =>
        take({ channel, message, lost: lost.signal }),
      );
      consumerTag = tag;
    },
    async unsubscribe() {
      const tag = consumerTag;
      consumerTag = undefined;
      if (tag !== undefined && channel.active) await channel.basicCancel(tag).catch(() => undefined);
    },
    close: () => channel.close(),
  };
  channel.on('error', (error: unknown) => logger.warn({ err: error, queue }, 'a consumer channel failed'));
  // The server cancels when the queue is deleted or moves: start over.
  channel.on('basic.cancel', () => void channel.close());
  channel.once('close', () => {
    lost.abort(new Error('The connection that brought this delivery is lost'));
    onClosed(opened);
  });
  await channel.basicQos({ prefetchCount: prefetch });
  return opened;
};

/**
 * Resolves when deliveries may arrive, or will arrive once the server appears. Rejects when the queue does not exist.
 */
export const openRabbitmqConsumer = async (options: RabbitmqConsumerOptions): Promise<Consumer> => {
  const { connection, queue, handler, logger, stores } = options;
  const deliveries = createDeliveries({ queue, handler, patience: options, logger });
  let current: ConsumerChannel | undefined;
  let stopped = false;
  let retryTimer: NodeJS.Timeout | undefined;

  const mayConsume = (): boolean => !stopped && !stores?.isAway;
  const intake = createIntake({ ...options, deliveries, mayStart: mayConsume, isStopped: () => stopped });

  /** Changes are applied one after the other, so that cancelling and consuming never overlap. */
  let changing: Promise<void> = Promise.resolve();
  const follow = async (): Promise<void> => {
    if (stores?.isAway) {
      await current?.unsubscribe();
      intake.returnWaiting();
      deliveries.giveBackAll();
    } else if (mayConsume() && current?.isActive) {
      await current.subscribe();
      intake.takeWaiting();
    }
  };
  const followLater = (): void => {
    changing = changing.then(follow).catch((error: unknown) => {
      logger.warn({ err: error, queue }, 'a consumer cannot be paused or restarted');
      void current?.close();
    });
  };

  const onClosed = (channel: ConsumerChannel): void => {
    intake.dropWaiting();
    if (current === channel) reopenLater(1);
  };
  const open = async (): Promise<void> => {
    const channel = await openChannel({ ...options, take: intake.take, onClosed });
    if (mayConsume()) await channel.subscribe();
    current = channel;
    followLater();
    if (!channel.isActive) reopenLater(1);
    if (stopped) await channel.close();
  };
  const reopenLater = (attempt: number): void => {
    current = undefined;
    if (stopped) return;
    retryTimer = setTimeout(() => {
      open().catch((error: unknown) => {
        logger.warn({ err: error, queue }, 'a consumer cannot be restarted yet');
        reopenLater(attempt + 1);
      });
    }, backoffMs(attempt));
  };
  if (connection.ready) {
    await open().catch((error: unknown) => {
      // A connection that was lost meanwhile is like a server that is away.
      if (connection.ready) throw error;
      reopenLater(1);
    });
  } else reopenLater(1);

  const stopFollowing = stores?.onChange(followLater);

  const pause = async (): Promise<void> => {
    if (stopped) return;
    stopped = true;
    clearTimeout(retryTimer);
    stopFollowing?.();
    await changing;
    intake.returnWaiting();
    await current?.unsubscribe();
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
