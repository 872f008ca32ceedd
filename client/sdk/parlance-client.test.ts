/** The SDK against a whole Parlance, over connections that break. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import WebSocket from 'ws';
import { z } from 'zod';
import { textOf } from '../../tests/scripted-provider/script.ts';
import { freePort } from '../../tests/services/ports.ts';
import { startSocketlessProxy } from '../../tests/services/socketless-proxy.ts';
import { startTcpProxy, type TcpProxy } from '../../tests/services/tcp-proxy.ts';
import type { TestClient } from '../../tests/support/client.ts';
import { findUser, type Parlance } from '../../tests/support/parlance.ts';
import { startStandalone } from '../../tests/support/standalone-process.ts';
import { createParlanceClient, isParlanceError, type ParlanceClient } from './index.ts';
import { watch } from './watch-views.fixture.ts';

let parlance: Parlance;
let ada: TestClient;
let wire: TcpProxy;
let metricsPort: number;
beforeAll(async () => {
  metricsPort = await freePort();
  parlance = await startStandalone({ environment: { METRICS_PORT: String(metricsPort) } });
  ada = await parlance.as('ada');
  wire = await startTcpProxy(parlance.url);
});
afterAll(async () => {
  await wire[Symbol.asyncDispose]();
  await parlance[Symbol.asyncDispose]();
});

type Transport = 'auto' | 'websocket' | 'events';
const transports: readonly Transport[] = ['websocket', 'events'];
const connect = (transport: Transport, url = wire.url): ParlanceClient & Disposable => {
  const backoff = { firstMs: 20, longestMs: 200 };
  const client = createParlanceClient({ url, auth: () => ada.token, transport, webSocketImpl: WebSocket, backoff });
  return { ...client, [Symbol.dispose]: client.close };
};

describe.each(transports)('over %s', (transport) => {
  test('sends and streams in one flight, and ends with the stored text and its cost', async () => {
    using client = connect(transport);
    const sent = client.send({ conversationId: await ada.createConversation(), content: 'script: tokens=30 pace=1' });
    expect(sent.userMessage).toMatchObject({ role: 'USER', content: 'script: tokens=30 pace=1' });
    const { last, text } = await watch(sent);
    expect(text).toBe(textOf(30));
    expect(last).toMatchObject({
      status: 'COMPLETED',
      finishReason: 'STOP',
      usage: { outputTokens: expect.any(Number) },
    });
    const turn = await sent.turn;
    expect(turn.assistantMessage.id).toBe(sent.messageId);
    expect(turn.userMessage.content).toBe(sent.userMessage.content);
  });

  test('shows each delta once over connections that are cut repeatedly', async () => {
    using client = connect(transport);
    const sent = client.send({ conversationId: await ada.createConversation(), content: 'script: tokens=200 pace=4' });
    let cutAt = 0;
    let cuts = 0;
    const { last, text } = await watch(sent, ({ seq }) => {
      if (seq < cutAt + 5) return;
      cutAt = seq;
      cuts += 1;
      wire.cut();
    });
    expect(cuts).toBeGreaterThan(3);
    expect(last?.status).toBe('COMPLETED');
    expect(text).toBe(textOf(200));
  });

  test('shows that the stream stands still while the server cannot be reached, and continues where it was', async () => {
    using client = connect(transport);
    const sent = client.send({ conversationId: await ada.createConversation(), content: 'script: tokens=60 pace=5' });
    let isRefused = false;
    const { seen, last, text } = await watch(sent, (view) => {
      if (view.seq > 3 && !isRefused) {
        isRefused = true;
        void wire.refuse();
      }
      if (view.isInterrupted) void wire.accept();
    });
    expect(seen.filter(({ isInterrupted }) => isInterrupted)).toHaveLength(1);
    expect(last).toMatchObject({ status: 'COMPLETED', isInterrupted: false });
    expect(text).toBe(textOf(60));
  });

  test('stops a reply, and keeps the text so far', async () => {
    using client = connect(transport);
    const sent = client.send({ conversationId: await ada.createConversation(), content: 'script: tokens=500 pace=10' });
    let isStopping = false;
    const { last, text } = await watch(sent, ({ text: written }) => {
      if (written === '' || isStopping) return;
      isStopping = true;
      void sent.stop();
    });
    expect(last?.status).toBe('CANCELLED');
    expect(textOf(500)).toContain(text);
  });

  test('continues from a view in the middle', async () => {
    using client = connect(transport);
    const sent = client.send({ conversationId: await ada.createConversation(), content: 'script: tokens=40 pace=1' });
    const { seen } = await watch(sent);
    const middle = seen.find(({ seq }) => seq > 5);
    const { seq: afterSeq = 0, text: before = '' } = middle ?? {};
    const rest = await watch(client.followMessage(sent.messageId, { afterSeq, text: before }), undefined, before);
    expect(rest.seen[0]).toMatchObject({ seq: afterSeq, delta: '' });
    expect(rest.text).toBe(textOf(40));
  });

  test('throws when the sign-in is refused repeatedly', async () => {
    let asked = 0;
    const auth = (): string => {
      asked += 1;
      return `nonsense.${asked}`;
    };
    const backoff = { firstMs: 1, longestMs: 1 };
    const client = createParlanceClient({ url: wire.url, auth, transport, webSocketImpl: WebSocket, backoff });
    const fault = await watch(client.followMessage('0197c3a0-0000-7000-8000-000000000000')).catch((error) => error);
    client.close();
    expect(fault).toMatchObject({ code: 'UNAUTHENTICATED', retryable: false });
    expect(asked).toBe(3);
  });

  test('throws an error after which it cannot reconnect', async () => {
    using client = connect(transport);
    const fault = await watch(client.followMessage('0197c3a0-0000-7000-8000-000000000000')).catch((error) => error);
    expect(isParlanceError(fault)).toBe(true);
    expect(fault).toMatchObject({ code: 'NOT_FOUND', retryable: false });
  });
});

test('a refusal is a typed error, which ends the stream too', async () => {
  using client = connect('auto');
  const conversationId = await ada.createConversation();
  const sent = client.send({ conversationId, content: '' });
  const fault = await watch(sent).catch((error) => error);
  expect(fault).toMatchObject({ code: 'BAD_USER_INPUT', retryable: false, argument: expect.any(String) });
  await expect(sent.turn).rejects.toBe(fault);
});

test('sends once, however many attempts there are: the same key gives the same turn', async () => {
  using client = connect('auto');
  const message = {
    conversationId: await ada.createConversation(),
    content: 'script: tokens=3',
    idempotencyKey: 'one',
  };
  const first = client.send(message);
  await watch(first);
  const again = client.send({ ...message, replyId: first.messageId });
  await watch(again);
  expect((await again.turn).replayed).toBe(true);
  expect((await again.turn).userMessage.id).toBe((await first.turn).userMessage.id);
});

test('a send whose response is lost is repeated under the same key, and asks the model once', async () => {
  let lost = 0;
  const losesFirstResponse: typeof fetch = async (input, init) => {
    const response = await fetch(input, init);
    if (lost > 0 || !String(init?.body).includes('sendMessage')) return response;
    lost += 1;
    throw new TypeError('the response was lost');
  };
  const backoff = { firstMs: 1, longestMs: 1 };
  const client = createParlanceClient({
    url: parlance.url,
    auth: ada.token,
    fetch: losesFirstResponse,
    webSocketImpl: WebSocket,
    backoff,
  });
  const asked = parlance.provider.requests.length;
  const sent = client.send({
    conversationId: await ada.createConversation({ title: 'x' }),
    content: 'script: tokens=5',
  });
  const { text } = await watch(sent);
  client.close();
  expect(lost).toBe(1);
  expect((await sent.turn).replayed).toBe(true);
  expect(text).toBe(textOf(5));
  expect(parlance.provider.requests.length).toBe(asked + 1);
});

test('gives a reader with all events the end of the reply, and any other the text that it lacks', async () => {
  using client = connect('auto');
  const sent = client.send({ conversationId: await ada.createConversation(), content: 'script: tokens=10' });
  const { last } = await watch(sent);
  const atTheEnd = { afterSeq: last?.seq ?? 0, text: last?.text ?? '' };
  const { last: lastOfEnd } = await watch(client.followMessage(sent.messageId, atTheEnd), undefined, atTheEnd.text);
  expect(lastOfEnd).toMatchObject({ status: 'COMPLETED', text: textOf(10) });
  const short = { afterSeq: atTheEnd.afterSeq, text: 'w0 ' };
  const { text } = await watch(client.followMessage(sent.messageId, short), undefined, short.text);
  expect(text).toBe(textOf(10));
});

/** Subscriptions that the gateway has open for clients, and those that the subgraphs serve to it. */
const subscriptionsOpen = async () => {
  const text = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
  const sum = (name: string): number =>
    [...text.matchAll(new RegExp(`^${name}\\{.*\\} (\\d+)$`, 'gm'))].reduce(
      (total, [, value]) => total + Number(value),
      0,
    );
  return { gateway: sum('parlance_gateway_subscriptions_open'), subgraphs: sum('parlance_subscriptions_open') };
};
const nothingOpen = { gateway: 0, subgraphs: 0 };

test.each(transports)(
  'over %s leaves when its reader does: no subscription is left on the server, and the reply goes on',
  async (transport) => {
    using client = connect(transport);
    await vi.waitFor(async () => expect(await subscriptionsOpen()).toEqual(nothingOpen), { timeout: 10_000 });
    const sent = client.send({
      conversationId: await ada.createConversation(),
      content: 'script: tokens=10000 pace=5',
    });
    for await (const { text } of sent) {
      if (text === '') continue;
      expect(await subscriptionsOpen()).toEqual({ gateway: 1, subgraphs: 1 });
      break;
    }
    await vi.waitFor(async () => expect(await subscriptionsOpen()).toEqual(nothingOpen), { timeout: 10_000 });
    const events = ada.stream(sent.messageId);
    expect((await events.next()).done).toBe(false);
    await client.stop(sent.messageId);
    expect((await events.all()).at(-1)).toMatchObject({ message: { status: 'CANCELLED' } });
  },
);

test('falls back to server-sent events where sockets worked before a restart of the server and do not after it', async () => {
  await using proxy = await startSocketlessProxy(parlance.url, true);
  using client = connect('auto', proxy.url);
  const conversationId = await ada.createConversation();
  const sent = client.send({ conversationId, content: 'script: tokens=300 pace=10' });
  let restart: Promise<void> | undefined;
  const { last } = await watch(sent, ({ text: written }) => {
    if (written === '' || restart) return;
    expect(proxy.refusedUpgrades).toBe(0);
    restart = parlance.crash('gateway');
    proxy.refuseSockets();
  });
  await restart;
  expect(['COMPLETED', 'PARTIAL']).toContain(last?.status);
  // A socket that has worked gets four attempts in a row, and four more after server-sent events failed too.
  expect(proxy.refusedUpgrades).toBeGreaterThan(0);
  expect(proxy.refusedUpgrades % 4).toBe(0);
  const before = proxy.refusedUpgrades;
  expect((await watch(client.send({ conversationId, content: 'script: tokens=10' }))).text).toBe(textOf(10));
  expect(proxy.refusedUpgrades).toBe(before);
});

test('falls back to server-sent events where sockets are blocked, and keeps using them', async () => {
  await using blocked = await startSocketlessProxy(parlance.url);
  using client = connect('auto', blocked.url);
  const conversationId = await ada.createConversation();
  for (const tokens of [20, 10]) {
    const { text } = await watch(client.send({ conversationId, content: `script: tokens=${tokens}` }));
    expect(text).toBe(textOf(tokens));
  }
  expect(blocked.refusedUpgrades).toBe(1);
});

test('signs in again while it streams, without a visible effect', async () => {
  const tokens: string[] = [];
  const auth = async (): Promise<string> => {
    const token = await parlance.issuer.sign({ ...findUser('ada'), roles: ['USER'], scope: '', expires: '1s' });
    tokens.push(token);
    return token;
  };
  const client = createParlanceClient({ url: parlance.url, auth, webSocketImpl: WebSocket });
  const content = 'script: tokens=90 pace=100';
  const { text, last } = await watch(client.send({ conversationId: await ada.createConversation(), content }));
  client.close();
  expect(last?.status).toBe('COMPLETED');
  expect(text).toBe(textOf(90));
  expect(new Set(tokens).size).toBeGreaterThan(1);
});

test('follows across a crash of the server, and shows the stored reply', async () => {
  using client = connect('auto');
  const conversationId = await ada.createConversation();
  const sent = client.send({ conversationId, content: 'script: tokens=300 pace=10' });
  let crash: Promise<void> | undefined;
  const { last, text } = await watch(sent, ({ text: written }) => {
    if (written.length > 50) crash ??= parlance.crash('gateway');
  });
  await crash;
  expect(crash).toBeDefined();
  expect(['COMPLETED', 'PARTIAL']).toContain(last?.status);
  const stored = await ada.query(
    z.object({ message: z.object({ content: z.string(), status: z.string() }) }),
    'query ($id: ID!) { message(id: $id) { content status } }',
    { id: sent.messageId },
  );
  expect(stored.message).toEqual({ content: text, status: last?.status });
});
