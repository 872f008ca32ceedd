/**
 * Looks through the dead letters of a queue in RabbitMQ. A letter that is kept is published again to the end of its
 * queue and only then acknowledged: to give it back instead would count against the delivery limit that RabbitMQ 4 sets
 * on every quorum queue, and lose it in the end. Invariant: a letter is in a queue at every moment.
 */
import type { Connection } from 'rabbitmq-client';
import type { Delivery, Fate, Json } from './broker.ts';
import { deadLetterQueue } from './topology.ts';

export interface VisitOptions {
  readonly connection: Connection;
  /** Resolves with the confirm. */
  readonly put: (queue: string, id: string, body: Json) => Promise<void>;
  readonly queue: string;
  readonly limit: number;
  readonly decide: (letter: Delivery<Json>) => Promise<Fate>;
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
      // What is thrown closes the channel, and the letter is in the queue again.
      const fate = await decide({ queue: dead, id, body, redeliveries: 0 });
      if (fate !== 'drop') await put(fate === 'keep' ? dead : queue, id, fate === 'keep' ? body : fate.replay);
      channel.basicAck({ deliveryTag: message.deliveryTag });
    }
    return most;
  } finally {
    await channel.close();
  }
};
