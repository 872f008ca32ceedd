/** The metrics of a subgraph's requests and subscriptions. */
import { createGauge, createHistogram } from '../telemetry/instruments.ts';

export const requestDuration = createHistogram({
  name: 'parlance_request_duration_seconds',
  help: 'Queries and mutations that a subgraph executed, by their first root field; outcome is OK or the code of the first error.',
  labels: ['service', 'operation', 'outcome'],
});

export const subscriptionsOpen = createGauge({
  name: 'parlance_subscriptions_open',
  help: 'Subscriptions that a subgraph is serving.',
  labels: ['service'],
});
