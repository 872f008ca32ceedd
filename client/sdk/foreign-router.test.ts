/** The SDK in front of a router of another make, whose errors have no codes: here a server that refuses as one does. */
import { once } from 'node:events';
import { expect, test } from 'vitest';
import WebSocket, { WebSocketServer } from 'ws';
import { z } from 'zod';
import { createParlanceClient } from './index.ts';

const messageSchema = z.object({ type: z.string(), id: z.string().optional() });
const messageId = '0197c3a0-0000-7000-8000-000000000001';
const content = 'Here it is.';
const events = [
  { __typename: 'MessageStarted', seq: 1, attempt: 1, model: null },
  { __typename: 'TokenDelta', seq: 2, text: content },
  { __typename: 'MessageCompleted', seq: 3, message: { status: 'COMPLETED', finishReason: 'STOP', content } },
];

/** Speaks graphql-transport-ws. Refuses this many subscriptions without a code, then streams a reply. */
const openRouter = async (refusals: number) => {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  let subscriptions = 0;
  server.on('connection', (socket) => {
    const send = (message: object): void => socket.send(JSON.stringify(message));
    socket.on('message', (data) => {
      const { type, id } = messageSchema.parse(JSON.parse(String(data)));
      if (type === 'connection_init') send({ type: 'connection_ack' });
      if (type !== 'subscribe') return;
      subscriptions += 1;
      if (subscriptions <= refusals) {
        send({ type: 'error', id, payload: [{ message: 'Unexpected error.' }] });
        return;
      }
      for (const event of events) send({ type: 'next', id, payload: { data: { messageStream: event } } });
      send({ type: 'complete', id });
    });
  });
  const address = server.address();
  const client = createParlanceClient({
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/graphql`,
    auth: 'token',
    transport: 'websocket',
    webSocketImpl: WebSocket,
    backoff: { firstMs: 1, longestMs: 2 },
  });
  return {
    client,
    subscriptions: () => subscriptions,
    async [Symbol.asyncDispose]() {
      client.close();
      for (const socket of server.clients) socket.terminate();
      server.close();
      await once(server, 'close');
    },
  };
};

test('a reply is followed through errors without a code, as a router gives them while a subgraph restarts', async () => {
  await using router = await openRouter(7);
  for await (const { text, status } of router.client.followMessage(messageId)) {
    if (status === 'COMPLETED') {
      expect(text).toBe(content);
      break;
    }
  }
  expect(router.subscriptions()).toBe(8);
});

test('errors without a code that do not stop are thrown', async () => {
  await using router = await openRouter(Number.POSITIVE_INFINITY);
  const following = async (): Promise<void> => {
    for await (const _ of router.client.followMessage(messageId));
  };
  await expect(following()).rejects.toMatchObject({ code: 'UNKNOWN', serverCode: '' });
  expect(router.subscriptions()).toBe(10);
});
