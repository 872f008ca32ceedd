/** One turn through separate processes, as a collector of traces sees it. */
import { createClient } from 'graphql-ws';
import { v7 as uuidv7 } from 'uuid';
import { expect, test } from 'vitest';
import WebSocket from 'ws';
import { sharedService } from '#tests/services/shared-services.ts';
import { type CollectedSpan, startTraceCollector } from '#tests/services/trace-collector.ts';
import { sendMutation, streamSubscription } from '#tests/support/client.ts';
import { startCompose } from '#tests/support/compose-processes.ts';
import { until } from '#tests/support/until.ts';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const clientSpanId = 'b7ad6b7169203331';
const traceparent = `00-${traceId}-${clientSpanId}-01`;

const processes = ['gateway', 'conversations', 'models', 'usage', 'safety', 'knowledge', 'worker'] as const;

/** All processes start in it. */
const timeoutMs = 120_000;

test(
  'a turn is one trace from the client to the model, over every process and the queue',
  async () => {
    await using collector = await startTraceCollector();
    const [postgres, redis, rabbitmq] = await Promise.all([
      sharedService('postgres'),
      sharedService('redis'),
      sharedService('rabbitmq'),
    ]);
    const tracing = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url };
    await using parlance = await startCompose(
      { postgres, redis, rabbitmq },
      { environment: Object.fromEntries(processes.map((name) => [name, tracing])) },
    );
    const ada = await parlance.as('ada');
    const conversationId = await ada.createConversation();
    const replyId = uuidv7();
    // Knowledge is asked about collections, also where there is no such one.
    const collectionIds = [uuidv7()];
    const input = { conversationId, content: 'script: tokens=5', idempotencyKey: uuidv7(), replyId, collectionIds };
    const response = await fetch(parlance.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${ada.token}`, traceparent },
      body: JSON.stringify({ query: sendMutation, variables: { input } }),
    });
    expect(await response.json()).toMatchObject({ data: { sendMessage: { assistantMessage: { id: replyId } } } });
    const socket = createClient({
      url: parlance.url.replace(/^http/, 'ws'),
      webSocketImpl: WebSocket,
      connectionParams: { authorization: `Bearer ${ada.token}` },
    });
    const stream = socket.iterate({
      query: streamSubscription,
      variables: { id: replyId, afterSeq: 0 },
      extensions: { traceparent },
    });
    let events = 0;
    for await (const _ of stream) events += 1;
    expect(events).toBeGreaterThan(2);
    await socket.dispose();

    const ofTurn = (): readonly CollectedSpan[] => collector.spans.filter((span) => span.traceId === traceId);
    const named = (spans: readonly CollectedSpan[], process: string, name: string) =>
      spans.find((span) => span.process === process && span.name === name);
    const last = 'publish message.finished';
    const spans = await until(
      async () => ofTurn(),
      (now) =>
        processes.every((process) => now.some((span) => span.process === process)) &&
        named(now, 'worker', last) !== undefined &&
        named(now, 'worker', 'generate reply') !== undefined &&
        named(now, 'gateway', 'subscription Stream') !== undefined,
    );

    const parents: readonly (readonly [child: readonly [string, string], parent: readonly [string, string]])[] = [
      [
        ['gateway', 'fetch conversations'],
        ['gateway', 'mutation Send'],
      ],
      ...(['plan', 'project'] as const).map(
        (step) =>
          [
            ['gateway', step],
            ['gateway', 'mutation Send'],
          ] as const,
      ),
      [
        ['conversations', 'conversations mutation sendMessage'],
        ['gateway', 'fetch conversations'],
      ],
      ...(['usage', 'safety', 'models', 'knowledge'] as const).map(
        (service) =>
          [
            ['conversations', `admission by ${service}`],
            ['conversations', 'conversations mutation sendMessage'],
          ] as const,
      ),
      [
        ['usage', 'usage mutation reserveTokens'],
        ['conversations', 'admission by usage'],
      ],
      [
        ['safety', 'safety mutation screenContent'],
        ['conversations', 'admission by safety'],
      ],
      [
        ['conversations', 'publish generations.external'],
        ['conversations', 'conversations mutation sendMessage'],
      ],
      [
        ['worker', 'generate reply'],
        ['conversations', 'conversations mutation sendMessage'],
      ],
      [
        ['worker', 'build prompt'],
        ['worker', 'generate reply'],
      ],
      [
        ['worker', last],
        ['worker', 'generate reply'],
      ],
      [
        ['conversations', 'conversations open stream'],
        ['gateway', 'subscription Stream'],
      ],
    ];
    for (const [[childProcess, childName], [parentProcess, parentName]] of parents) {
      const child = named(spans, childProcess, childName);
      const parent = named(spans, parentProcess, parentName);
      expect(parent?.spanId, `${parentProcess}: ${parentName}`).toBeDefined();
      expect(child?.parentSpanId, `${childProcess}: ${childName}`).toBe(parent?.spanId);
    }
    const model = spans.find((span) => span.process === 'worker' && span.name.startsWith('ask '));
    expect(model?.events).toEqual(['first token']);
    expect(named(spans, 'gateway', 'mutation Send')?.parentSpanId).toBe(clientSpanId);

    const known = new Set([clientSpanId, ...spans.map(({ spanId }) => spanId)]);
    expect(spans.filter(({ parentSpanId }) => !known.has(parentSpanId ?? ''))).toEqual([]);
    expect(JSON.stringify(spans)).not.toMatch(/script: tokens|Bearer/);
  },
  timeoutMs,
);
