/** Metrics of turns and admission. */
import { createCounter, createHistogram } from '#kernel/telemetry/instruments.ts';

export const turnsEnded = createCounter({
  name: 'parlance_turns_total',
  help: 'Turns that were sent, edited or regenerated; outcome is STORED, REPLAYED or the code of the refusal.',
  labels: ['outcome'],
});

export const admissionDuration = createHistogram({
  name: 'parlance_admission_duration_seconds',
  help: 'Time that one subgraph took to admit a turn; outcome is OK or the code of the refusal.',
  labels: ['service', 'outcome'],
});
