/**
 * Spans: what took how long on the way of one request through the processes. Invariants: without a tracer a call does
 * its work and nothing else; work that is not part of a request (sweeps, renewals, events of a stream) makes no spans,
 * because only spans of the kinds server and consumer begin a trace; no attribute holds a token or the text of a
 * message.
 */

export interface SpanOptions {
  /** Handling a request or a message, sending one, or work in between. Default: internal. */
  readonly kind?: 'server' | 'client' | 'consumer' | 'producer' | 'internal';
  /** W3C `traceparent` of the request; where it is missing or invalid, the active span is the parent. */
  readonly parent?: unknown;
  readonly attributes?: Readonly<Record<string, string | number>>;
}

export interface Span {
  /** For outgoing requests and messages; undefined when nothing is traced. */
  readonly traceparent: string | undefined;
  /** Renames the span once more is known about it. */
  describe(name: string, attributes?: SpanOptions['attributes']): void;
  event(name: string): void;
  /** @param fault the reason of its end; only the code is kept, no text. */
  end(fault?: unknown): void;
}

export interface Tracer {
  /** Undefined for a span that begins no trace and is in none. */
  start(name: string, options: SpanOptions): Span | undefined;
  /** Runs the work with the span as the active one, across its awaits. */
  within<Result>(span: Span, work: () => Result): Result;
  active(): Span | undefined;
}

const noSpan: Span = { traceparent: undefined, describe: () => {}, event: () => {}, end: () => {} };

let current: Tracer | undefined;

/** Sets the tracer from now on; undefined: none. */
export const traceWith = (tracer: Tracer | undefined): void => {
  current = tracer;
};

/** A span that its caller ends; it does not become the active one. */
export const startSpan = (name: string, options: SpanOptions = {}): Span => current?.start(name, options) ?? noSpan;

/** Does the work in a span, which ends with it. */
export const inSpan = async <Result>(
  name: string,
  options: SpanOptions,
  work: (span: Span) => Promise<Result>,
): Promise<Result> => {
  const tracer = current;
  const span = tracer?.start(name, options);
  if (!tracer || !span) return work(noSpan);
  try {
    const result = await tracer.within(span, () => work(span));
    span.end();
    return result;
  } catch (fault) {
    span.end(fault);
    throw fault;
  }
};

export const activeSpan = (): Span => current?.active() ?? noSpan;

/** Headers for a request to another process. */
export const traceHeaders = (): { readonly traceparent?: string } => {
  const { traceparent } = activeSpan();
  return traceparent === undefined ? {} : { traceparent };
};
