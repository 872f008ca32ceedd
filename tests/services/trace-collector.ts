/** An OpenTelemetry collector for tests: a real HTTP server that takes OTLP in JSON and keeps the spans. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';

const attributesSchema = z
  .array(z.object({ key: z.string(), value: z.looseObject({ stringValue: z.string().optional() }) }))
  .default([]);

const requestSchema = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes: attributesSchema }),
      scopeSpans: z.array(
        z.object({
          spans: z.array(
            z.object({
              traceId: z.string(),
              spanId: z.string(),
              parentSpanId: z.string().optional(),
              name: z.string(),
              attributes: attributesSchema,
              events: z.array(z.object({ name: z.string() })).default([]),
            }),
          ),
        }),
      ),
    }),
  ),
});

export interface CollectedSpan {
  /** `service.name` of the process. */
  readonly process: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly name: string;
  /** Those that are text. */
  readonly attributes: Readonly<Record<string, string | undefined>>;
  readonly events: readonly string[];
}

export interface TraceCollector extends AsyncDisposable {
  readonly url: string;
  readonly spans: readonly CollectedSpan[];
  /** Requests so far, also those without a response. */
  readonly requests: number;
}

const textsOf = (attributes: z.infer<typeof attributesSchema>): Readonly<Record<string, string | undefined>> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, value.stringValue]));

/** @param options.isDead true: it takes requests and never responds. */
export const startTraceCollector = async (options: { readonly isDead?: boolean } = {}): Promise<TraceCollector> => {
  const spans: CollectedSpan[] = [];
  let requests = 0;
  const server = createServer(async (request, response) => {
    requests += 1;
    if (options.isDead) return;
    const chunks: Buffer[] = [];
    for await (const chunk of request) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
    if (request.url !== '/v1/traces') {
      response.writeHead(404).end();
      return;
    }
    const body = requestSchema.parse(JSON.parse(Buffer.concat(chunks).toString()));
    for (const { resource, scopeSpans } of body.resourceSpans) {
      const process = textsOf(resource.attributes)['service.name'] ?? '';
      for (const { attributes, events, parentSpanId, ...span } of scopeSpans.flatMap((scope) => scope.spans)) {
        const parent = parentSpanId === '' ? undefined : parentSpanId;
        const names = events.map(({ name }) => name);
        spans.push({ ...span, parentSpanId: parent, process, attributes: textsOf(attributes), events: names });
      }
    }
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    get requests() {
      return requests;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
