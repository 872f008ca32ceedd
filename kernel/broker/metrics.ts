/** The metrics of a broker. */
import { createGauge } from '../telemetry/instruments.ts';

export const deliveriesHeld = createGauge({
  name: 'parlance_broker_deliveries_held',
  help: 'Messages that a consumer holds and retries because what it needs is away.',
  labels: ['queue'],
});

export const deadLetters = createGauge({
  name: 'parlance_broker_dead_letters',
  help: 'Messages in the dead letter queue of a queue. Each one needs attention.',
  labels: ['queue'],
});
