/** Traces as a collector gets them. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { startTraceCollector } from '#tests/services/trace-collector.ts';
import { AppError } from '../errors.ts';
import { createLogger } from '../log.ts';
import { openTelemetry } from './telemetry.ts';
import { activeSpan, inSpan, startSpan, traceHeaders } from './tracing.ts';

const logger = createLogger('test', 'silent');
const pause = () => new Promise((resolve) => setImmediate(resolve));

const openTraces = (endpoint: string, ratio = 1) =>
  openTelemetry(
    { METRICS_HOST: '127.0.0.1', OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_TRACES_SAMPLER_ARG: ratio },
    'tested',
    logger,
  );

test('without a collector the work is done and there is no header to send', async () => {
  const traceparents = await inSpan('request', { kind: 'server' }, async (span) => [
    span.traceparent,
    traceHeaders().traceparent,
    startSpan('part').traceparent,
  ]);
  expect(traceparents).toEqual([undefined, undefined, undefined]);
});

test('neither library is loaded by a process that is not configured for it', async () => {
  const script = `
    import { createRequire } from 'node:module';
    const { openTelemetry } = await import('./telemetry.ts');
    await openTelemetry({ METRICS_HOST: '127.0.0.1', OTEL_TRACES_SAMPLER_ARG: 1 LOAD }, 'tested', { info() {} });
    const loaded = Object.keys(createRequire(import.meta.url).cache);
    console.log(['prom-client', '@opentelemetry'].filter((name) => loaded.some((file) => file.includes(name))).join());
    process.exit(0);
  `;
  const loadedWith = async (more: string) => {
    const args = ['--input-type=module', '-e', script.replace(' LOAD', more)];
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: join(import.meta.dirname) });
    return stdout.trim();
  };
  expect(await loadedWith('')).toBe('');
  const all = ", METRICS_PORT: 0, OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1'";
  expect(await loadedWith(all)).toBe('prom-client,@opentelemetry');
});

test('spans nest as the work does, however much of it runs at once', async () => {
  await using collector = await startTraceCollector();
  {
    await using _telemetry = await openTraces(collector.url);
    const request = (name: string) =>
      inSpan(name, { kind: 'server' }, async () => {
        await pause();
        await Promise.all([inSpan(`${name} 1`, {}, pause), inSpan(`${name} 2`, {}, pause)]);
      });
    await Promise.all([request('a'), request('b')]);
  }
  const idOf = (name: string) => collector.spans.find((span) => span.name === name)?.spanId;
  const parentOf = (name: string) => collector.spans.find((span) => span.name === name)?.parentSpanId;
  for (const name of ['a', 'b']) {
    expect(idOf(name)).toBeDefined();
    expect(parentOf(name)).toBeUndefined();
    expect([parentOf(`${name} 1`), parentOf(`${name} 2`)]).toEqual([idOf(name), idOf(name)]);
  }
  expect(new Set(collector.spans.map(({ process }) => process))).toEqual(new Set(['tested']));
});

test('a fault is recorded by its code, without its text, and rethrown', async () => {
  await using collector = await startTraceCollector();
  {
    await using _telemetry = await openTraces(collector.url);
    const refused = inSpan('request', { kind: 'server' }, async () => {
      throw new AppError('OVERLOADED', 'secret words');
    });
    await expect(refused).rejects.toThrow('secret words');
  }
  expect(collector.spans[0]?.attributes).toEqual({ 'error.type': 'OVERLOADED' });
  expect(JSON.stringify(collector.spans)).not.toContain('secret');
});

test('work that is not part of a request makes no spans', async () => {
  await using collector = await startTraceCollector();
  {
    await using _telemetry = await openTraces(collector.url);
    await inSpan('sweep', { kind: 'client' }, async () => {
      await inSpan('part of the sweep', {}, pause);
      expect(activeSpan().traceparent).toBeUndefined();
    });
    await inSpan('job', { kind: 'consumer' }, pause);
  }
  expect(collector.spans.map(({ name }) => name)).toEqual(['job']);
});

test('the trace of a client continues, unless it is invalid or not sampled', async () => {
  const traceId = '0af7651916cd43dd8448eb211c80319c';
  await using collector = await startTraceCollector();
  {
    await using _telemetry = await openTraces(collector.url);
    const serve = (name: string, parent: unknown) => inSpan(name, { kind: 'server', parent }, pause);
    await serve('goes on', `00-${traceId}-b7ad6b7169203331-01`);
    await serve('is not kept', `00-${traceId}-b7ad6b7169203331-00`);
    for (const parent of ['nonsense', 7, `00-${'0'.repeat(32)}-b7ad6b7169203331-01`]) await serve('begins', parent);
  }
  expect(collector.spans.map(({ name, parentSpanId }) => [name, parentSpanId])).toEqual([
    ['goes on', 'b7ad6b7169203331'],
    ...Array.from({ length: 3 }, () => ['begins', undefined]),
  ]);
  expect(collector.spans.filter((span) => span.traceId === traceId)).toHaveLength(1);
});

test('a share of 0 keeps no traces, not even those that clients began', async () => {
  await using collector = await startTraceCollector();
  {
    await using _telemetry = await openTraces(collector.url, 0);
    await inSpan('own', { kind: 'server' }, pause);
    const parent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    await inSpan('of a client', { kind: 'server', parent }, pause);
  }
  expect(collector.spans).toEqual([]);
});

test('a collector that never responds delays nothing, not even the end of the process', async () => {
  await using collector = await startTraceCollector({ isDead: true });
  await using telemetry = await openTraces(collector.url);
  for (let count = 0; count < 20_000; count += 1) startSpan('request', { kind: 'server' }).end();
  expect(await inSpan('request', { kind: 'server' }, async () => 'done')).toBe('done');
  await telemetry[Symbol.asyncDispose]();
  expect(collector.requests).toBeGreaterThan(0);
});
