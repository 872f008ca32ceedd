import { once } from 'node:events';
import { expect, test, vi } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { createLogger } from '#kernel/log.ts';
import {
  createUpstreamSocket,
  type UpstreamListener,
  type UpstreamSocket,
  type UpstreamTiming,
} from './upstream-socket.ts';

interface Peer extends AsyncDisposable {
  readonly url: string;
  readonly server: WebSocketServer;
  /** Texts that arrived on all connections. */
  readonly received: string[];
}

/** A peer whose behaviour each test defines. */
const openPeer = async (autoPong: boolean, onMessage: (socket: WebSocket, text: string) => void): Promise<Peer> => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', autoPong });
  const received: string[] = [];
  server.on('connection', (socket) =>
    socket.on('message', (data) => {
      received.push(String(data));
      onMessage(socket, String(data));
    }),
  );
  await once(server, 'listening');
  const address = server.address();
  return {
    server,
    received,
    url: `ws://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    async [Symbol.asyncDispose]() {
      for (const client of server.clients) client.terminate();
      server.close();
      await once(server, 'close');
    },
  };
};

const connectTo = (url: string, timing: UpstreamTiming = {}): UpstreamSocket =>
  createUpstreamSocket({
    url,
    authorization: async () => 'Bearer gateway',
    logger: createLogger('gateway', 'silent'),
    timing,
  });

type Outcome = { readonly what: keyof UpstreamListener; readonly value?: unknown };

/** Subscribes and returns the outcomes in order. */
const listen = (upstream: UpstreamSocket): { readonly next: () => Promise<Outcome>; readonly stop: () => void } => {
  const outcomes: Outcome[] = [];
  let wake = (): void => {};
  const take = (what: keyof UpstreamListener, value?: unknown): void => {
    outcomes.push({ what, ...(value === undefined ? {} : { value }) });
    wake();
  };
  const stop = upstream.subscribe(
    { query: 'subscription { x }', operationName: undefined, variables: {}, extensions: {} },
    {
      next: (payload) => take('next', String(payload)),
      error: (errors) => take('error', errors),
      complete: () => take('complete'),
      lost: () => take('lost'),
    },
  );
  return {
    stop,
    async next() {
      for (;;) {
        const outcome = outcomes.shift();
        if (outcome) return outcome;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
};

const acknowledge = (socket: WebSocket, text: string): void => {
  if (text.includes('connection_init')) socket.send('{"type":"connection_ack"}');
};

test('signs in once, and carries many subscriptions', async () => {
  await using peer = await openPeer(true, (socket, text) => {
    acknowledge(socket, text);
    const { id, type } = JSON.parse(text);
    if (type === 'subscribe') socket.send(JSON.stringify({ id, type: 'next', payload: { data: { id } } }));
  });
  await using upstream = connectTo(peer.url);
  const subscriptions = [listen(upstream), listen(upstream)];
  const first = await Promise.all(subscriptions.map(({ next }) => next()));
  expect(first).toEqual([
    { what: 'next', value: '{"data":{"id":"1"}}' },
    { what: 'next', value: '{"data":{"id":"2"}}' },
  ]);
  expect(peer.received[0]).toBe('{"type":"connection_init","payload":{"authorization":"Bearer gateway"}}');
  expect(peer.received).toHaveLength(3);
});

test('understands frames that are written in another order, errors, completions and pings', async () => {
  await using peer = await openPeer(true, (socket, text) => {
    acknowledge(socket, text);
    if (!text.includes('subscribe')) return;
    const id = JSON.parse(text).id;
    socket.send('{"type":"ping"}');
    socket.send(`{"type":"next","payload":{"data":1},"id":"${id}"}`);
    if (id === '1') socket.send(`{"type":"complete","id":"${id}"}`);
    else socket.send(`{"type":"error","id":"${id}","payload":[{"message":"no"}]}`);
  });
  await using upstream = connectTo(peer.url);
  const one = listen(upstream);
  expect(await one.next()).toEqual({ what: 'next', value: '{"data":1}' });
  expect(await one.next()).toEqual({ what: 'complete' });
  const two = listen(upstream);
  await two.next();
  expect(await two.next()).toEqual({ what: 'error', value: [{ message: 'no' }] });
  expect(peer.received).toContain('{"type":"pong"}');
});

test.each([
  ['never acknowledges', true, () => {}, { ackDeadlineMs: 50 }],
  ['stops responding', false, acknowledge, { pingEveryMs: 30 }],
  ['sends an invalid message', true, (socket: WebSocket) => socket.send('nonsense'), {}],
  ['refuses the gateway', true, (socket: WebSocket) => socket.close(4403), {}],
])('reports a subscription as lost when the subgraph %s', async (_, autoPong, onMessage, timing) => {
  await using peer = await openPeer(autoPong, onMessage);
  await using upstream = connectTo(peer.url, timing);
  expect(await listen(upstream).next()).toEqual({ what: 'lost' });
});

test('reports a subscription as lost when it waits for a connection and the gateway closes it', async () => {
  const peer = await openPeer(true, acknowledge);
  const upstream = connectTo(peer.url);
  await peer[Symbol.asyncDispose]();
  const one = listen(upstream);
  expect(await one.next()).toEqual({ what: 'lost' });
  const waiting = listen(upstream);
  await upstream[Symbol.asyncDispose]();
  expect(await waiting.next()).toEqual({ what: 'lost' });
});

test('connects again for the next subscription', async () => {
  await using peer = await openPeer(true, acknowledge);
  await using upstream = connectTo(peer.url);
  const one = listen(upstream);
  await once(peer.server, 'connection');
  for (const client of peer.server.clients) client.terminate();
  expect(await one.next()).toEqual({ what: 'lost' });
  listen(upstream);
  await once(peer.server, 'connection');
});

test('sends the end of a subscription in the same tick', async () => {
  const started = Promise.withResolvers<WebSocket>();
  const ended = Promise.withResolvers<string>();
  await using peer = await openPeer(true, (socket, text) => {
    acknowledge(socket, text);
    if (text.includes('subscribe')) started.resolve(socket);
    if (text.includes('complete')) ended.resolve(text);
  });
  await using upstream = connectTo(peer.url);
  const { stop } = listen(upstream);
  await started.promise;
  stop();
  stop();
  expect(await ended.promise).toBe('{"id":"1","type":"complete"}');
});

test('is unavailable from the loss of a connection until the subgraph has responded again', async () => {
  let responds = true;
  await using peer = await openPeer(true, (socket, text) => {
    if (responds) acknowledge(socket, text);
  });
  await using upstream = connectTo(peer.url, { ackDeadlineMs: 50 });
  expect(upstream.isUnavailable).toBe(false);
  const one = listen(upstream);
  await once(peer.server, 'connection');
  responds = false;
  for (const client of peer.server.clients) client.terminate();
  await one.next();
  for (let tries = 0; tries < 3; tries += 1) {
    await once(peer.server, 'connection');
    expect(upstream.isUnavailable).toBe(true);
  }
  responds = true;
  await vi.waitFor(() => expect(upstream.isUnavailable).toBe(false));
});
