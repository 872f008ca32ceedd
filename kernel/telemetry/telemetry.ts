/**
 * The telemetry of a process, as its environment configures it: metrics on a port for Prometheus, traces to an
 * OpenTelemetry collector. Open it before anything that is measured, and close it after that. Parts that are not
 * configured are not even loaded.
 */
import { z } from 'zod';
import type { Logger } from '../log.ts';
import { recordWith } from './instruments.ts';
import { traceWith } from './tracing.ts';

/** For the environment object of every process. */
export const telemetryEnvironment = {
  METRICS_PORT: z.coerce
    .number()
    .int()
    .min(0)
    .max(65_535)
    .optional()
    .describe('Port of /metrics for Prometheus; 0 picks a free one. Not set: nothing is measured.'),
  METRICS_HOST: z
    .string()
    .default('127.0.0.1')
    .describe('Address on which /metrics is served, to everybody who reaches it. Never one that the public reaches.'),
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('Traces go to this collector over OTLP, `http://host:4318`. Not set: nothing is traced.'),
  OTEL_TRACES_SAMPLER_ARG: z.coerce
    .number()
    .min(0)
    .max(1)
    .default(1)
    .describe('Share of the traces that is kept, 0 to 1. Use the same in all processes, so that traces are complete.'),
};
const telemetryConfig = z.object(telemetryEnvironment);
export type TelemetryConfig = z.infer<typeof telemetryConfig>;

/** @param processName `process` of every metric, and `service.name` of every span. */
export const openTelemetry = async (
  config: TelemetryConfig,
  processName: string,
  logger: Logger,
): Promise<AsyncDisposable> => {
  await using opened = new AsyncDisposableStack();
  if (config.METRICS_PORT !== undefined) {
    const [{ createPrometheusRecorder }, { serveMetrics }] = await Promise.all([
      import('./prometheus.ts'),
      import('./metrics-server.ts'),
    ]);
    const recorder = createPrometheusRecorder(processName, logger);
    const { METRICS_HOST: host, METRICS_PORT: port } = config;
    const server = opened.use(await serveMetrics({ host, port, recorder, logger }));
    recordWith(recorder);
    opened.defer(() => recordWith(undefined));
    logger.info({ port: server.port }, 'metrics are served');
  }
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_TRACES_SAMPLER_ARG: ratio } = config;
  if (endpoint !== undefined) {
    const { openOtlpTracer } = await import('./otlp-tracer.ts');
    traceWith(opened.use(openOtlpTracer({ endpoint, ratio, processName, logger })));
    opened.defer(() => traceWith(undefined));
  }
  return opened.move();
};
