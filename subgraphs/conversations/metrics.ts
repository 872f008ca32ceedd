/** What is measured of turns. */
import { createCounter, createGauge, createHistogram } from '#kernel/telemetry/instruments.ts';

export const turnsEnded = createCounter({
  name: 'parlance_turns_total',
  help: 'Messages that were sent, edited or asked for again; outcome is STORED, REPLAYED or the code of the refusal.',
  labels: ['outcome'],
});

export const admissionDuration = createHistogram({
  name: 'parlance_admission_duration_seconds',
  help: 'What one subgraph took to admit a turn; outcome is OK or the code of the refusal.',
  labels: ['service', 'outcome'],
});

export const outboxWaiting = createGauge({
  name: 'parlance_outbox_rows',
  help: 'Jobs in the outbox that the broker has not confirmed, or that wait to be deleted; every replica tells the same.',
  labels: [],
});
