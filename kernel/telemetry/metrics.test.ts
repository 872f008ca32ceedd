/** Metrics as a scraper sees them. */
import { expect, test } from 'vitest';
import { freePort } from '#tests/services/ports.ts';
import { createLogger } from '../log.ts';
import { createCounter, createGauge, createHistogram, createTally } from './instruments.ts';
import { openTelemetry } from './telemetry.ts';

const logger = createLogger('test', 'silent');
const sent = createCounter({ name: 'test_sent_total', help: 'Sent.', labels: ['kind'] });
const waits = createHistogram({ name: 'test_wait_seconds', help: 'Waits.', labels: ['service'] }, [0.1, 1]);
const open = createGauge({ name: 'test_open', help: 'Open.', labels: [] });
const read = createTally({ name: 'test_read_total', help: 'Read.', labels: [] });

const openMetrics = async () => {
  const port = await freePort();
  const telemetry = await openTelemetry(
    { METRICS_PORT: port, METRICS_HOST: '127.0.0.1', OTEL_TRACES_SAMPLER_ARG: 1 },
    'tested',
    logger,
  );
  const get = (path: string) => fetch(`http://127.0.0.1:${port}${path}`);
  return {
    get,
    /** The lines of this test's metrics. */
    async lines() {
      const text = await (await get('/metrics')).text();
      return text
        .split('\n')
        .filter((line) => line.startsWith('test_'))
        .map((line) =>
          line
            .replace(/,?process="tested"/, '')
            .replace('{,', '{')
            .replace('{}', ''),
        );
    },
    [Symbol.asyncDispose]: () => telemetry[Symbol.asyncDispose](),
  };
};

test('values are exported from the moment a recorder is set, and none from before', async () => {
  sent.add({ kind: 'early' });
  const startedEarly = waits.start();
  await using metrics = await openMetrics();
  startedEarly({ service: 'early' });
  sent.add({ kind: 'one' });
  sent.add({ kind: 'one' }, 2);
  waits.observe({ service: 'usage' }, 0.5);
  waits.start()({ service: 'safety' });
  const lines = await metrics.lines();
  expect(lines).toContain('test_sent_total{kind="one"} 3');
  expect(lines).toContain('test_wait_seconds_bucket{le="0.1",service="usage"} 0');
  expect(lines).toContain('test_wait_seconds_bucket{le="1",service="usage"} 1');
  expect(lines).toContain('test_wait_seconds_count{service="safety"} 1');
  expect(lines.filter((line) => line.includes('early'))).toEqual([]);
});

test('readings are taken at each scrape, add up, and end when they are disposed', async () => {
  await using metrics = await openMetrics();
  let value = 2;
  using _one = open.from(() => [{ value }]);
  using _counted = read.from(() => [{ value: 7 }]);
  {
    using _other = open.from(async () => [{ value: 40 }]);
    expect(await metrics.lines()).toEqual(expect.arrayContaining(['test_open 42', 'test_read_total 7']));
  }
  value = 3;
  expect(await metrics.lines()).toEqual(expect.arrayContaining(['test_open 3', 'test_read_total 7']));
});

test('a reading that fails is NaN, and the others are exported', async () => {
  await using metrics = await openMetrics();
  sent.add({ kind: 'two' });
  using _broken = open.from(async () => Promise.reject(new Error('the database is away')));
  expect(await metrics.lines()).toEqual(expect.arrayContaining(['test_open Nan', 'test_sent_total{kind="two"} 1']));
});

test('metrics of the process are exported too, at one path and in the text format', async () => {
  await using metrics = await openMetrics();
  const response = await metrics.get('/metrics');
  expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  const text = await response.text();
  for (const name of ['nodejs_eventloop_lag_seconds', 'process_resident_memory_bytes', 'process_cpu_seconds_total']) {
    expect(text).toMatch(new RegExp(`^${name}\\{process="tested"\\} `, 'm'));
  }
  expect((await metrics.get('/other')).status).toBe(404);
});
