/**
 * What Prometheus reads after a turn, from the standalone: every service measures, and the public port shows nothing.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort } from '#tests/services/ports.ts';
import type { Parlance } from '#tests/support/parlance.ts';
import { startStandalone } from '#tests/support/standalone-process.ts';
import { until } from '#tests/support/until.ts';

let parlance: Parlance;
let metricsUrl: string;
beforeAll(async () => {
  const port = await freePort();
  metricsUrl = `http://127.0.0.1:${port}/metrics`;
  parlance = await startStandalone({ environment: { METRICS_PORT: String(port) } });
});
afterAll(() => parlance[Symbol.asyncDispose]());

interface Sample {
  readonly name: string;
  readonly labels: string;
  readonly value: number;
}

const scrape = async (): Promise<readonly Sample[]> => {
  const text = await (await fetch(metricsUrl)).text();
  return [...text.matchAll(/^([a-z_]+)\{(.*)\} (\S+)$/gm)].map(([, name = '', labels = '', value]) => ({
    name,
    labels,
    value: Number(value),
  }));
};

/** The sum over all samples of a metric whose labels have these texts. */
const sumOf = (samples: readonly Sample[], name: string, ...labels: readonly string[]): number =>
  samples
    .filter((sample) => sample.name === name && labels.every((label) => sample.labels.includes(label)))
    .reduce((sum, { value }) => sum + value, 0);

test('one turn is measured from the gateway to the model', async () => {
  const ada = await parlance.as('ada');
  const conversation = await ada.createConversation();
  const { events } = await ada.converse(conversation, 'script: tokens=20 pace=1');
  await ada.refusal('{ nothing }');
  // The gateway hears of the end a moment after the client.
  const samples = await until(
    scrape,
    (now) => sumOf(now, 'parlance_gateway_operations_total', 'type="subscription"') === 1,
  );
  const sum = (name: string, ...labels: readonly string[]): number => sumOf(samples, name, ...labels);

  expect(sum('parlance_gateway_operations_total', 'type="mutation"', 'code="OK"')).toBe(2);
  expect(sum('parlance_gateway_operations_total', 'type="subscription"', 'code="OK"')).toBe(1);
  expect(sum('parlance_gateway_operations_total', 'code="GRAPHQL_VALIDATION_FAILED"')).toBe(1);
  expect(sum('parlance_gateway_operation_duration_seconds_count', 'type="mutation"')).toBe(2);
  expect(sum('parlance_gateway_fetch_duration_seconds_count', 'subgraph="conversations"')).toBeGreaterThan(1);
  expect(sum('parlance_gateway_plans_total', 'result="miss"')).toBe(2);
  expect(sum('parlance_gateway_events_forwarded_total')).toBe(events.length);
  expect(sum('parlance_gateway_subscriptions_open')).toBe(0);

  expect(sum('parlance_turns_total', 'outcome="STORED"')).toBe(1);
  for (const service of ['usage', 'safety', 'models']) {
    expect(sum('parlance_admission_duration_seconds_count', `service="${service}"`, 'outcome="OK"'), service).toBe(1);
    expect(sum('parlance_request_duration_seconds_count', `service="${service}"`), service).toBeGreaterThan(0);
  }
  const operation = 'operation="mutation sendMessage"';
  expect(sum('parlance_request_duration_seconds_count', 'service="conversations"', operation)).toBe(1);
  expect(sum('parlance_database_statements_total')).toBeGreaterThan(3);

  expect(sum('parlance_generation_duration_seconds_count', 'status="COMPLETED"')).toBe(1);
  expect(sum('parlance_generation_queue_wait_seconds_count', 'pool="')).toBe(1);
  expect(sum('parlance_model_time_to_first_token_seconds_count')).toBe(1);
  expect(sum('parlance_model_tokens_total', 'kind="output"')).toBeGreaterThan(19);
  const deltas = events.filter(({ __typename }) => __typename === 'TokenDelta').length;
  expect(sum('parlance_generation_deltas_total')).toBe(deltas);
  expect(sum('parlance_stream_log_append_duration_seconds_count')).toBeGreaterThanOrEqual(deltas);
  expect(sum('nodejs_eventloop_lag_seconds', 'process="standalone"')).toBeGreaterThanOrEqual(0);
});

test('a model that fails and a send that is refused are counted by their codes', async () => {
  const grace = await parlance.as('grace');
  const conversation = await grace.createConversation();
  await grace.converse(conversation, 'script: status=400');
  await grace.refusal(
    'mutation { sendMessage(input: { conversationId: "01900000-0000-7000-8000-000000000000", content: "x", idempotencyKey: "k" }) { replayed } }',
  );
  const samples = await scrape();
  expect(sumOf(samples, 'parlance_model_faults_total', 'code="MODEL_ERROR"')).toBeGreaterThan(0);
  expect(sumOf(samples, 'parlance_turns_total', 'outcome="NOT_FOUND"')).toBe(1);
});

test('the public port shows nothing, and no label names anybody', async () => {
  const atPublic = await fetch(new URL('/metrics', parlance.url));
  expect(atPublic.status).toBe(404);
  const labels = (await scrape()).map((sample) => sample.labels).join('\n');
  expect(labels).not.toMatch(/[\da-f]{8}-[\da-f]{4}-|acme|ada|grace/);
});
