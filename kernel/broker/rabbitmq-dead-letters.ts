/**
 * Visits the dead letters of a queue in RabbitMQ. A letter that is kept is published again to the end of its queue and
 * only then acknowledged. To nack it instead would count against the delivery limit that RabbitMQ 4 sets on every
 * quorum queue, and lose it in the end. Invariant: a letter is in a queue at every moment.
 */
import type { Connection } from 'rabbitmq-client';
import type { DeadLetterAction, Delivery, Json } from './broker.ts';
import type { RabbitmqPublisher } from './rabbitmq-publisher.ts';
import { routingKeyOf } from './rabbitmq-routing-key.ts';
import { deadLetterQueue } from './topology.ts';

export interface VisitOptions {
  readonly connection: Connection;
  /** Resolves with the confirm. */
  readonly put: RabbitmqPublisher['put'];
  readonly queue: string;
  readonly limit: number;
  readonly decide: (letter: Delivery<Json>) => Promise<DeadLetterAction>;
}

export const visitRabbitmqDeadLetters = async (options: VisitOptions): Promise<number> => {
  const { connection, put, queue, limit, decide } = options;
  const dead = deadLetterQueue(queue);
  const channel = await connection.acquire();
  try {
    const { messageCount } = await channel.queueDeclare({ queue: dead, passive: true });
    const most = Math.min(limit, messageCount);
    for (let shown = 0; shown < most; shown += 1) {
      const message = await channel.basicGet({ queue: dead });
      if (!message) return shown;
      const id = message.messageId ?? '';
      const body: Json = message.body;
      const routingKey = routingKeyOf(message);
      // A fault closes the channel, which puts the letter back into the queue.
      const action = await decide({ queue: dead, routingKey, id, body, redeliveries: 0 });
      if (action === 'keep') await put(dead, { routingKey, id, body });
      else if (action !== 'drop') await put(queue, { routingKey, id, body: action.replay });
      channel.basicAck({ deliveryTag: message.deliveryTag });
    }
    return most;
  } finally {
    await channel.close();
  }
};
