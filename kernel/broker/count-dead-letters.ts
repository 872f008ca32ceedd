/** Lets metrics show how many dead letters lie in each queue. For one service: every one would count the same. */
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
