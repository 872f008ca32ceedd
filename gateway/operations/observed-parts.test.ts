/** Observation of results in parts, part by part: `?explain`, metrics and spans. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { createLogger } from '#kernel/log.ts';
import { openTelemetry } from '#kernel/telemetry/telemetry.ts';
import { freePort } from '#tests/services/ports.ts';
import { type CollectedSpan, startTraceCollector } from '#tests/services/trace-collector.ts';
import { openBody } from '../fixtures/body-client.fixture.ts';
import { partsIn } from '../fixtures/result-parts.fixture.ts';
import { openTestGateway, type TestGateway } from '../fixtures/test-gateway.fixture.ts';
import { openTimelineGraph, type TimelineGraph } from '../fixtures/timeline-graph.fixture.ts';

let graph: TimelineGraph;
beforeAll(async () => {
  graph = await openTimelineGraph();
});
afterAll(() => graph[Symbol.asyncDispose]());

const fetchesSchema = z.array(z.strictObject({ subgraph: z.string(), startMs: z.number(), endMs: z.number() }));
const partSchema = z.looseObject({
  incremental: z.array(z.looseObject({ label: z.string() })).optional(),
  extensions: z
    .object({
      explain: z.strictObject({
        plan: z.array(z.string()).optional(),
        planMs: z.number().optional(),
        fetches: fetchesSchema,
        totalMs: z.number(),
      }),
    })
    .optional(),
});

const open = async ({ gateway, issuer }: TestGateway, query: string, search = '', roles = ['ADMIN']) =>
  openBody(`${gateway.url}${search}`, {
    headers: {
      accept: 'multipart/mixed;deferSpec=20220824,application/json',
      authorization: `Bearer ${await issuer.token({ roles })}`,
    },
    body: { query },
  });
const partsOf = async (gateway: TestGateway, query: string, search?: string, roles?: string[]) => {
  await using client = await open(gateway, query, search, roles);
  expect(await client.ended).toBe(true);
  return partsIn(client.text()).map((part) => partSchema.parse(part));
};

/** The state of a case is known only when its usage is. */
const nested = `query Nested { message(id: "1") { text ... @defer(label: "usage") { usage { case { id
  ... @defer(label: "case") { state } } } } } }`;

test('an administrator gets the plan with the first part, and the own fetches of each later part', async () => {
  await using gateway = await openTestGateway({ supergraphSdl: graph.supergraphSdl, isDevelopment: true });
  for (const search of ['?explain', '?explain=1']) {
    const parts = await partsOf(gateway, nested, search);
    const explained = parts.map(({ extensions }) => extensions?.explain);
    expect(explained.map((explain) => explain?.fetches.map(({ subgraph }) => subgraph))).toEqual([
      ['messages'],
      ['usage'],
      ['cases'],
    ]);
    expect(explained[0]?.plan?.join('\n')).toContain('Defer {');
    expect(explained[0]?.planMs).toBeGreaterThan(0);
    expect(explained.slice(1).map((explain) => Object.keys(explain ?? {}))).toEqual([
      ['fetches', 'totalMs'],
      ['fetches', 'totalMs'],
    ]);
    for (const explain of explained) {
      for (const { startMs, endMs } of explain?.fetches ?? []) {
        expect([startMs <= endMs, endMs <= (explain?.totalMs ?? -1)]).toEqual([true, true]);
      }
    }
  }
  for (const roles of [['USER'], ['ADMIN']]) {
    const parts = await partsOf(gateway, nested, roles[0] === 'USER' ? '?explain' : '', roles);
    expect(parts.map((part) => 'extensions' in part)).toEqual([false, false, false]);
  }
});

test('parts are counted with their codes, plans with their hits, and spans lie in their parts', async () => {
  const port = await freePort();
  const value = async (name: string, label: string): Promise<number> => {
    const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    const line = text.split('\n').find((one) => one.startsWith(`parlance_gateway_${name}{`) && one.includes(label));
    return Number(line?.split(' ').at(-1) ?? 0);
  };
  await using collector = await startTraceCollector();
  {
    const config = {
      METRICS_PORT: port,
      METRICS_HOST: '127.0.0.1',
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_TRACES_SAMPLER_ARG: 1,
    };
    await using _telemetry = await openTelemetry(config, 'gateway', createLogger('test', 'silent'));
    await using gateway = await openTestGateway({ supergraphSdl: graph.supergraphSdl });
    await partsOf(gateway, nested);
    await partsOf(gateway, nested);
    expect(await value('plans_total', 'result="miss"')).toBe(1);
    expect(await value('plans_total', 'result="hit"')).toBe(1);
    expect(await value('operations_total', 'code="OK"')).toBe(2);
    const counted = (code: string) => value('deferred_part_duration_seconds_count', `code="${code}"`);
    expect(await counted('OK')).toBe(4);
    await partsOf(gateway, '{ conversation(id: "c") { messages { id ... @defer(label: "strict") { strict } } } }');
    expect([await counted('OK'), await counted('NOT_FOUND')]).toEqual([4, 1]);
    await partsOf(
      gateway,
      '{ message(id: "2") { strict } conversation(id: "c") { id ... @defer(label: "cost") { cost } } }',
    );
    expect(await value('operations_total', 'code="NOT_FOUND"')).toBe(1);
    expect(await counted('OK')).toBe(5);
  }

  const spans = collector.spans.filter(({ name }) => name === 'query Nested');
  expect(spans).toHaveLength(2);
  // Of the first part and of both others.
  const projected = ['project', 'project', 'project'];
  const below = (parent: CollectedSpan | undefined): readonly string[] =>
    collector.spans
      .filter(({ parentSpanId }) => parentSpanId !== undefined && parentSpanId === parent?.spanId)
      .map(({ name }) => name)
      .toSorted();
  expect(spans.map(below).toSorted((one, other) => one.length - other.length)).toEqual([
    ['fetch messages', 'part case', 'part usage', ...projected],
    ['fetch messages', 'part case', 'part usage', 'plan', ...projected],
  ]);
  for (const [part, fetched] of [
    ['part usage', 'fetch usage'],
    ['part case', 'fetch cases'],
  ]) {
    expect(collector.spans.filter(({ name }) => name === part).map(below)).toEqual([[fetched], [fetched]]);
  }
});
