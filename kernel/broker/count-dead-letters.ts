/**
 * Exports the number of dead letters in each queue as a metric. One service is enough: every one would count the same.
 */
import type { Broker } from './broker.ts';
import { deadLetters } from './metrics.ts';
import { deadLetterQueue, topology } from './topology.ts';

export const countDeadLetters = (broker: Broker): Disposable =>
  deadLetters.from(() =>
    Promise.all(
      topology.map(async ({ name }) => ({
        value: (await broker.depth(deadLetterQueue(name))).ready,
        labels: { queue: name },
      })),
    ),
  );
