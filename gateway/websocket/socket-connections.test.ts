import { once } from 'node:events';
import { createServer } from 'node:http';
import { Socket } from 'node:net';
import { makeServer } from 'graphql-ws';
import { expect, test } from 'vitest';
import WebSocket from 'ws';
import { createLogger } from '#kernel/log.ts';
import { createAddressOf } from '../limits/client-address.ts';
import { createCountByKey } from '../limits/socket-count.ts';
import { type Connection, createSocketConnections } from './socket-connections.ts';

const openServer = async (
  pingEveryMs: number,
): Promise<AsyncDisposable & { url: string; last(): WebSocket | undefined }> => {
  const sockets: WebSocket[] = [];
  const connections = createSocketConnections(
    makeServer<Record<string, unknown>, Connection>({
      connectionInitWaitTimeout: 0,
      onConnect: ({ extra }) => {
        sockets.push(extra.socket);
      },
    }),
    {
      maxFrameBytes: 1024,
      keepAlive: { pingEveryMs, idleTimeoutMs: 2 * pingEveryMs },
      addressOf: createAddressOf(undefined),
      ofAddresses: createCountByKey(100),
      logger: createLogger('gateway', 'silent'),
    },
  );
  const server = createServer();
  server.on('upgrade', (request, stream, head) => {
    if (stream instanceof Socket) connections.accept(request, stream, head);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    url: `ws://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    last: () => sockets.at(-1),
    async [Symbol.asyncDispose]() {
      await connections.close();
      server.close();
      await once(server, 'close');
    },
  };
};

const connect = async (url: string, autoPong: boolean): Promise<WebSocket> => {
  const client = new WebSocket(url, 'graphql-transport-ws', { autoPong });
  await once(client, 'open');
  client.send('{"type":"connection_init"}');
  await once(client, 'message');
  return client;
};

test('disconnects a client that does not respond to pings', async () => {
  await using server = await openServer(30);
  const client = await connect(server.url, false);
  const [code] = await once(client, 'close');
  expect(code).toBe(1006);
});

test('keeps a client that responds, and one that is slow but still reads', async () => {
  await using server = await openServer(60);
  const quick = await connect(server.url, true);
  const slow = await connect(server.url, false);
  const socket = server.last();
  const feeding = setInterval(() => socket?.send('{"type":"ping"}'), 5);
  for (let pings = 0; pings < 5; pings += 1) await once(quick, 'ping');
  expect([quick.readyState, slow.readyState]).toEqual([WebSocket.OPEN, WebSocket.OPEN]);
  clearInterval(feeding);
  await once(slow, 'close');
  expect(quick.readyState).toBe(WebSocket.OPEN);
});

test('does not read from a client that reads no responses, and responds to everything once it does', async () => {
  await using server = await openServer(60_000);
  const client = await connect(server.url, true);
  const socket = server.last();
  if (!socket) throw new Error('no socket');
  const ping = JSON.stringify({ type: 'ping', payload: { text: 'x'.repeat(900) } });
  // More than the system buffers for a client that does not read.
  const pings = 40_000;
  client.pause();
  const halted = Promise.withResolvers<void>();
  let read = 0;
  let mostWaiting = 0;
  socket.on('message', () => {
    read += 1;
    mostWaiting = Math.max(mostWaiting, socket.bufferedAmount);
    if (socket.isPaused || read === pings) halted.resolve();
  });
  for (let sent = 0; sent < pings; sent += 1) client.send(ping);
  await halted.promise;
  const complete = Promise.withResolvers<void>();
  let pongs = 0;
  client.on('message', () => {
    pongs += 1;
    if (pongs === pings) complete.resolve();
  });
  client.resume();
  await complete.promise;
  expect(mostWaiting).toBeLessThan(6 * 1024 * 1024);
});

test('closes with 1001 when the gateway closes', async () => {
  const server = await openServer(1000);
  const client = await connect(server.url, true);
  const closed = once(client, 'close');
  await server[Symbol.asyncDispose]();
  expect((await closed)[0]).toBe(1001);
});
