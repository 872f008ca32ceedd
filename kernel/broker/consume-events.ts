/**
 * Consumes broker events by their routing key, each with the handler for its type. A body that does not fit the schema
 * of its key is unreadable and becomes a dead letter. Invariant: a handler gets only events that its schema has parsed.
 */
import { type BrokerEvents, brokerEventSchemas } from '#contracts/broker-events.ts';
import type { Broker, ConsumeOptions, Consumer, Delivery, Json } from './broker.ts';
import { UnreadableBodyError } from './settle-patiently.ts';

type EventKey = keyof BrokerEvents;

/** A handler for each routing key that is bound to the queue. */
export type EventHandlers = { readonly [Key in EventKey]?: (event: BrokerEvents[Key]) => Promise<void> };

const isKey = (key: string): key is EventKey => Object.hasOwn(brokerEventSchemas, key);

/**
 * Runs the handler of this key if the body fits.
 * @returns the fault of the body, or undefined when it was handled
 */
const handleAs = async <Key extends EventKey>(handlers: EventHandlers, key: Key, body: Json): Promise<unknown> => {
  const handler = handlers[key];
  if (handler === undefined) return new Error(`No handler for ${key}`);
  const parsed = brokerEventSchemas[key].safeParse(body);
  if (!parsed.success) return parsed.error;
  // The table gives each key the schema of its event, which TypeScript does not follow through a generic key.
  await handler(parsed.data as BrokerEvents[Key]);
  return undefined;
};

const handle = async (handlers: EventHandlers, { routingKey, body }: Delivery<Json>): Promise<void> => {
  // A message that a process of version 0.1 stored or replayed has no routing key: the first schema that fits decides.
  const keys = isKey(routingKey) ? [routingKey] : Object.keys(handlers).filter(isKey);
  let cause: unknown;
  for (const key of keys) {
    cause = await handleAs(handlers, key, body);
    if (cause === undefined) return;
  }
  throw new UnreadableBodyError(`not an event of ${keys.join(' or ')}`, { cause });
};

export const consumeEvents = (
  broker: Broker,
  queue: string,
  options: ConsumeOptions,
  handlers: EventHandlers,
): Promise<Consumer> =>
  broker.consume<Json>(queue, options, async (delivery) => {
    await handle(handlers, delivery);
    return 'ack';
  });
