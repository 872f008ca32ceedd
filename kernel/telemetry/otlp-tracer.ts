/**
 * Spans by OpenTelemetry, sent over OTLP (HTTP, JSON) in batches. Invariant: a collector that is slow or away costs
 * only its spans: the queue is bounded, spans that do not fit are dropped, and closing waits only a moment.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { type Context, type Span as OtelSpan, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  type TracerConfig,
} from '@opentelemetry/sdk-trace-base';
import { withDeadline } from '../connections/deadline.ts';
import { AppError } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { Span, SpanOptions, Tracer } from './tracing.ts';

export interface OtlpTracerOptions {
  /** Base address of the collector, `http://host:4318`. */
  readonly endpoint: string;
  /** Share of the traces that is kept; processes with the same share keep the same traces. */
  readonly ratio: number;
  readonly processName: string;
  readonly logger: Logger;
}

/** Spans that wait at most, spans of one request to the collector, and milliseconds between two requests. */
const maxQueueSize = 4096;
const batchSize = 512;
const exportEveryMs = 2_000;
const exportTimeoutMs = 5_000;
/** Milliseconds that the last batch may take at the end of the process. */
const lastExportMs = 2_000;

const kinds = {
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  consumer: SpanKind.CONSUMER,
  producer: SpanKind.PRODUCER,
  internal: SpanKind.INTERNAL,
} as const;

const traceparentPattern = /^[\da-f]{2}-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(?:-|$)/;

/** Undefined when it is not a traceparent. */
const contextOf = (traceparent: unknown): Context | undefined => {
  const [, traceId = '', spanId = '', flags = ''] =
    (typeof traceparent === 'string' && traceparentPattern.exec(traceparent)) || [];
  const spanContext = { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & 1, isRemote: true };
  if (/^0*$/.test(traceId) || /^0*$/.test(spanId)) return undefined;
  return trace.setSpanContext(ROOT_CONTEXT, spanContext);
};

type Resource = NonNullable<TracerConfig['resource']>;

const resourceOf = (attributes: Resource['attributes']): Resource => ({
  attributes,
  merge: (other) => resourceOf({ ...attributes, ...other?.attributes }),
  getRawAttributes: () => Object.entries(attributes),
});

const errorTypeOf = (fault: unknown): string => {
  if (fault instanceof AppError) return fault.code;
  return fault instanceof Error ? fault.name : typeof fault;
};

export const openOtlpTracer = (options: OtlpTracerOptions): Tracer & AsyncDisposable => {
  const { endpoint, ratio, processName, logger } = options;
  const url = `${endpoint.replace(/\/$/, '')}/v1/traces`;
  const sampled = new TraceIdRatioBasedSampler(ratio);
  const provider = new BasicTracerProvider({
    resource: resourceOf({ 'service.namespace': 'parlance', 'service.name': processName }),
    // Clients can have their traces kept at most as often as our own.
    sampler: new ParentBasedSampler({ root: sampled, remoteParentSampled: sampled }),
    spanProcessors: [
      new BatchSpanProcessor(new OTLPTraceExporter({ url, timeoutMillis: exportTimeoutMs }), {
        maxQueueSize,
        maxExportBatchSize: batchSize,
        scheduledDelayMillis: exportEveryMs,
        exportTimeoutMillis: exportTimeoutMs,
      }),
    ],
  });
  const tracer = provider.getTracer('parlance');
  const active = new AsyncLocalStorage<{ readonly span: Span; readonly context: Context }>();
  const contexts = new WeakMap<Span, Context>();

  const wrap = (span: OtelSpan, parent: Context): Span => {
    const { traceId, spanId, traceFlags } = span.spanContext();
    const wrapped: Span = {
      traceparent: `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`,
      describe(name, attributes) {
        span.updateName(name);
        if (attributes) span.setAttributes(attributes);
      },
      event: (name) => span.addEvent(name),
      end(fault) {
        if (fault !== undefined) {
          span.setStatus({ code: SpanStatusCode.ERROR });
          span.setAttribute('error.type', errorTypeOf(fault));
        }
        span.end();
      },
    };
    contexts.set(wrapped, trace.setSpan(parent, span));
    return wrapped;
  };

  return {
    start(name, { kind = 'internal', parent, attributes }: SpanOptions) {
      const context = contextOf(parent) ?? active.getStore()?.context;
      const begins = kind === 'server' || kind === 'consumer';
      if (!context && !begins) return undefined;
      const from = context ?? ROOT_CONTEXT;
      return wrap(tracer.startSpan(name, { kind: kinds[kind], ...(attributes ? { attributes } : {}) }, from), from);
    },
    within(span, work) {
      const context = contexts.get(span);
      return context ? active.run({ span, context }, work) : work();
    },
    active: () => active.getStore()?.span,
    async [Symbol.asyncDispose]() {
      try {
        await withDeadline(provider.shutdown(), lastExportMs, () => new Error(`no response within ${lastExportMs} ms`));
      } catch (err) {
        logger.warn({ err, url }, 'the last spans are lost');
      }
    },
  };
};
