/** The routing key that a message was published with, whatever queues it has passed through since. */
import type { SyncMessage } from 'rabbitmq-client';
import { z } from 'zod';

/** Header with the original key of a message that is put into a queue directly. */
export const routingKeyHeader = 'x-parlance-routing-key';

const headersSchema = z.object({
  [routingKeyHeader]: z.string().optional(),
  /** Kept by RabbitMQ: the latest death first. */
  'x-death': z.array(z.object({ 'routing-keys': z.array(z.string()) })).optional(),
});

export const routingKeyOf = ({ headers, routingKey }: Pick<SyncMessage, 'headers' | 'routingKey'>): string => {
  const { data } = headersSchema.safeParse(headers ?? {});
  return data?.[routingKeyHeader] ?? data?.['x-death']?.at(-1)?.['routing-keys'][0] ?? routingKey;
};
