/** How the gateway counts subscriptions and refusals over the transports that have no HTTP response of their own. */
import { expect, test } from 'vitest';
import { createLogger } from '#kernel/log.ts';
import { openTelemetry } from '#kernel/telemetry/telemetry.ts';
import { freePort } from '#tests/services/ports.ts';
import { openSignedIn } from '../fixtures/socket-client.fixture.ts';
import { openTestGateway } from '../fixtures/test-gateway.fixture.ts';

const openMeasured = async () => {
  await using opened = new AsyncDisposableStack();
  const port = await freePort();
  const config = { METRICS_PORT: port, METRICS_HOST: '127.0.0.1', OTEL_TRACES_SAMPLER_ARG: 1 };
  opened.use(await openTelemetry(config, 'gateway', createLogger('test', 'silent')));
  const gateway = opened.use(await openTestGateway());
  const closing = opened.move();
  return {
    gateway,
    async value(sample: string): Promise<number> {
      const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
      const line = text.split('\n').find((one) => one.startsWith(sample));
      return Number(line?.split(' ').at(-1) ?? 0);
    },
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
};

test('events that are forwarded unread are counted like the others, and the stream while it is open', async () => {
  await using measured = await openMeasured();
  const { gateway, value } = measured;
  await using client = await openSignedIn(gateway.socketUrl, await gateway.issuer.token());
  gateway.graph.logs.append('raw', 'one', 'two');
  client.send({ id: 'a', type: 'subscribe', payload: { query: 'subscription { storyStream(id: "raw") { seq } }' } });
  await client.frames(2);
  const completed = 'subscription { storyStream(id: "raw") { seq story { author { name } } } }';
  client.send({ id: 'b', type: 'subscribe', payload: { query: completed } });
  await client.frames(2);
  expect(await value('parlance_gateway_events_forwarded_total')).toBe(4);
  expect(await value('parlance_gateway_subscriptions_open')).toBe(2);
});

test('a refusal on a socket is counted by its code', async () => {
  await using measured = await openMeasured();
  const { gateway, value } = measured;
  await using client = await openSignedIn(gateway.socketUrl, await gateway.issuer.token());
  client.send({ id: 'a', type: 'subscribe', payload: { query: 'subscription { nothing }' } });
  expect((await client.frame()).type).toBe('error');
  expect(await value('parlance_gateway_operations_total{type="unknown",code="GRAPHQL_VALIDATION_FAILED"')).toBe(1);
});

test('a request whose sender is refused is counted once', async () => {
  await using measured = await openMeasured();
  const { gateway, value } = measured;
  const body = JSON.stringify({ query: '{ __typename }' });
  for (const accept of ['application/json', 'text/event-stream']) {
    const headers = { authorization: 'Bearer nonsense', 'content-type': 'application/json', accept };
    const response = await fetch(gateway.gateway.url, { method: 'POST', headers, body });
    expect(response.status).toBe(401);
    await response.body?.cancel();
  }
  expect(await value('parlance_gateway_operations_total{type="unknown",code="UNAUTHENTICATED"')).toBe(2);
});
