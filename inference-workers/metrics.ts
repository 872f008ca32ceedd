/**
 * The metrics of generations and of the tool calls that they make. Labels name only models and providers that this
 * worker serves.
 */
import { createCounter, createGauge, createHistogram } from '#kernel/telemetry/instruments.ts';

/** Seconds of a whole reply. */
const replyBuckets = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120, 300, 600];

export const generationsRunning = createGauge({
  name: 'parlance_generations_running',
  help: 'Jobs that are running.',
  labels: [],
});

export const queueWait = createHistogram({
  name: 'parlance_generation_queue_wait_seconds',
  help: 'From the admission of a message until a worker takes its job.',
  labels: ['pool'],
});

export const timeToFirstToken = createHistogram({
  name: 'parlance_model_time_to_first_token_seconds',
  help: 'From a request to a model to the first text of its response, however long it thinks before that.',
  labels: ['model'],
});

export const generationDuration = createHistogram(
  {
    name: 'parlance_generation_duration_seconds',
    help: 'From taking a job to its result; status is that of the message.',
    labels: ['pool', 'status'],
  },
  replyBuckets,
);

export const deltasAppended = createCounter({
  name: 'parlance_generation_deltas_total',
  help: 'Pieces of text that were appended to the stream log.',
  labels: [],
});

export const tokensUsed = createCounter({
  name: 'parlance_model_tokens_total',
  help: 'Tokens of prompts and replies, titles and summaries included; kind is input, cached_input and cache_write (parts of input), output or reasoning.',
  labels: ['model', 'kind'],
});

export const modelFaults = createCounter({
  name: 'parlance_model_faults_total',
  help: 'Failed requests to a model, counting each try; code is the one that a client would see.',
  labels: ['model', 'code'],
});

export const reuseLookups = createCounter({
  name: 'parlance_reuse_lookups_total',
  help: 'Replies that were looked for in a cache; outcome is HIT, AWAITED (an equal request was in flight), MISS or UNAVAILABLE.',
  labels: ['lever', 'outcome'],
});

export const toolCallDuration = createHistogram({
  name: 'parlance_tool_call_duration_seconds',
  help: 'Tool calls, until their response was read; outcome is COMPLETED or the reason of the failure.',
  labels: ['outcome'],
});
