/**
 * Routes a message to queues of topology.ts by AMQP's rules: `jobs` is direct, `events` is topic (`*` is one word, `#`
 * is any number of words). Used where no server routes.
 */
import type { Exchange } from './broker.ts';
import type { QueueDeclaration } from './topology.ts';

const matchesTopic = (pattern: readonly string[], words: readonly string[]): boolean => {
  const [first, ...rest] = pattern;
  if (first === undefined) return words.length === 0;
  if (first === '#') return matchesTopic(rest, words) || (words.length > 0 && matchesTopic(pattern, words.slice(1)));
  return words.length > 0 && (first === '*' || first === words[0]) && matchesTopic(rest, words.slice(1));
};

/** The names of the queues that get the message; empty means unroutable. */
export const routeToQueues = (
  queues: readonly QueueDeclaration[],
  exchange: Exchange,
  routingKey: string,
): readonly string[] =>
  queues
    .filter((queue) => queue.exchange === exchange)
    .filter(({ routingKeys }) =>
      exchange === 'jobs'
        ? routingKeys.includes(routingKey)
        : routingKeys.some((pattern) => matchesTopic(pattern.split('.'), routingKey.split('.'))),
    )
    .map(({ name }) => name);
