/**
 * Every queue of the system and its bindings. Each process declares all of them when it connects, so that no message is
 * published before the queue of a service that has not started yet exists.
 */
import { embedQueue } from '#contracts/embed-job.ts';
import { ingestQueue } from '#contracts/ingest-job.ts';
import { generationQueue, pools } from '#contracts/pools.ts';
import type { Exchange } from './broker.ts';

export interface QueueDeclaration {
  readonly name: string;
  readonly exchange: Exchange;
  /** Topic patterns on `events`, the exact key on `jobs`. */
  readonly routingKeys: readonly string[];
  /** Redeliveries after which a message goes to `<name>.dead`. */
  readonly deliveryLimit: number;
}

/** The queue of messages that were refused or delivered too often. */
export const deadLetterQueue = (name: string): string => `${name}.dead`;

/** Messages that a queue holds, at most; beyond that a publish is refused with OVERLOADED. */
export const maxQueueLength = 100_000;
/** The wait that a refused publisher is advised: work drains within seconds, or an operator has to look. */
export const overloadedRetryAfterMs = 5_000;

const jobs = (name: string): QueueDeclaration => ({
  name,
  exchange: 'jobs',
  routingKeys: [name],
  deliveryLimit: 5,
});

const events = (name: string, ...routingKeys: string[]): QueueDeclaration => ({
  name,
  exchange: 'events',
  routingKeys,
  deliveryLimit: 20,
});

export const topology: readonly QueueDeclaration[] = [
  ...pools.map((pool) => jobs(generationQueue(pool))),
  jobs(ingestQueue),
  jobs(embedQueue),
  events(
    'conversations.results',
    ...[
      'message.finished',
      'conversation.titled',
      'conversation.summarised',
      'job.returned',
      'job.failed',
      'reply.parked',
    ],
  ),
  events(
    'usage.results',
    ...['message.finished', 'conversation.titled', 'conversation.summarised', 'document.embedded', 'storage.measured'],
  ),
  events('safety.results', 'message.finished', 'reply.blocked'),
  events('models.results', 'message.finished', 'worker.announced'),
  events('knowledge.results', 'file.ingested', 'document.embedded'),
  // Queues of their own: consumers of an older version do not know the event.
  events('conversations.deletions', 'user.deleted'),
  events('knowledge.deletions', 'user.deleted'),
  events('knowledge.releases', 'files.released'),
  events('safety.deletions', 'user.deleted'),
];
