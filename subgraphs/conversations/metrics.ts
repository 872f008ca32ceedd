/** Metrics of turns and admission. */
import { createCounter, createHistogram } from '#kernel/telemetry/instruments.ts';

export const turnsEnded = createCounter({
  name: 'parlance_turns_total',
  help: 'Turns that were sent, edited or regenerated; outcome is STORED, REPLAYED or the code of the refusal.',
  labels: ['outcome'],
});

export const turnsJudged = createCounter({
  name: 'parlance_turns_by_complexity_total',
  help: 'Stored turns by the class of their question, and by the pool that the reply went to first.',
  labels: ['complexity', 'pool'],
});

export const turnsOverflowed = createCounter({
  name: 'parlance_turns_overflowed_total',
  help: 'Turns that went to another candidate because the queue of this pool, which came first, was too long.',
  labels: ['pool'],
});

export const admissionDuration = createHistogram({
  name: 'parlance_admission_duration_seconds',
  help: 'Time that one subgraph took to admit a turn; outcome is OK or the code of the refusal.',
  labels: ['service', 'outcome'],
});

export const transfersEnded = createCounter({
  name: 'parlance_transfers_total',
  help: 'Exports and imports that ended; outcome is READY or the code of the failure.',
  labels: ['kind', 'outcome'],
});
