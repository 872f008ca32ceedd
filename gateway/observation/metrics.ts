/** The gateway's metrics. */
import { createCounter, createGauge, createHistogram } from '#kernel/telemetry/instruments.ts';

export const operationsEnded = createCounter({
  name: 'parlance_gateway_operations_total',
  help: 'Operations of clients; type is query, mutation, subscription, or unknown where it was refused before; code is OK or that of the first error of the result, or of its first part.',
  labels: ['type', 'code'],
});

export const operationDuration = createHistogram({
  name: 'parlance_gateway_operation_duration_seconds',
  help: 'Queries and mutations, from the parsed request to the response, or to its first part.',
  labels: ['type'],
});

export const partDuration = createHistogram({
  name: 'parlance_gateway_deferred_part_duration_seconds',
  help: 'Deferred fragments, from the valid operation to the part that contains them; code is OK or that of the first error.',
  labels: ['code'],
});

export const plansAsked = createCounter({
  name: 'parlance_gateway_plans_total',
  help: 'Plans that were requested; result is hit where the operation was planned before, else miss.',
  labels: ['result'],
});

export const fetchDuration = createHistogram({
  name: 'parlance_gateway_fetch_duration_seconds',
  help: 'Fetches from a subgraph, a second try included; outcome is OK or the code of the fault.',
  labels: ['subgraph', 'outcome'],
});

export const subscriptionsOpen = createGauge({
  name: 'parlance_gateway_subscriptions_open',
  help: 'Subscriptions of clients that run now.',
  labels: [],
});

export const eventsForwarded = createCounter({
  name: 'parlance_gateway_events_forwarded_total',
  help: 'Events of subscriptions that were sent to a client.',
  labels: [],
});

export const upstreamLosses = createCounter({
  name: 'parlance_gateway_upstream_losses_total',
  help: 'Connections to subgraphs for subscriptions that were lost or could not be opened; their subscriptions connect again.',
  labels: [],
});
