/**
 * Declares topology.ts in RabbitMQ: durable exchanges, and quorum queues with a delivery limit and a bound, each with a
 * dead letter queue. Repeating a declaration changes nothing; a queue that exists with other arguments is an error at
 * the start.
 */
import type { Channel } from 'rabbitmq-client';
import { deadLetterQueue, maxQueueLength, type QueueDeclaration } from './topology.ts';

export const declareTopology = async (channel: Channel, queues: readonly QueueDeclaration[]): Promise<void> => {
  await channel.exchangeDeclare({ exchange: 'jobs', type: 'direct', durable: true });
  await channel.exchangeDeclare({ exchange: 'events', type: 'topic', durable: true });
  for (const { name, exchange, routingKeys, deliveryLimit } of queues) {
    const dead = deadLetterQueue(name);
    await channel.queueDeclare({ queue: dead, durable: true, arguments: { 'x-queue-type': 'quorum' } });
    await channel.queueDeclare({
      queue: name,
      durable: true,
      arguments: {
        'x-queue-type': 'quorum',
        'x-delivery-limit': deliveryLimit,
        // The default exchange routes by queue name. Dead letters are confirmed too, which needs reject-publish.
        'x-dead-letter-exchange': '',
        'x-dead-letter-routing-key': dead,
        'x-dead-letter-strategy': 'at-least-once',
        'x-max-length': maxQueueLength,
        'x-overflow': 'reject-publish',
      },
    });
    for (const routingKey of routingKeys) await channel.queueBind({ queue: name, exchange, routingKey });
  }
};
