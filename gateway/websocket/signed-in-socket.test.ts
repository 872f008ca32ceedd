/** What an idle socket keeps of its beginning. */
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { makeServer } from 'graphql-ws';
import { expect, test, vi } from 'vitest';
import WebSocket from 'ws';
import { createLogger } from '#kernel/log.ts';
import { createAddressOf } from '../limits/client-address.ts';
import { createCountByKey } from '../limits/socket-count.ts';
import { type ConnectionContext, signInOnSocket } from './signed-in-socket.ts';
import { type Connection, createSocketConnections } from './socket-connections.ts';

setFlagsFromString('--expose-gc');
const collectGarbage: unknown = runInNewContext('gc');

const user = {
  identity: { tenantId: 'acme', userId: 'ada', roles: [], scopes: [] },
  expiresAt: Number.POSITIVE_INFINITY,
  isAnonymous: true,
};

test('a socket whose sender has signed in keeps neither the request that it was nor the token of its ConnectionInit', async () => {
  await using stack = new AsyncDisposableStack();
  const contexts: ConnectionContext[] = [];
  const connections = createSocketConnections(
    makeServer<Record<string, unknown>, Connection>({
      async onConnect(context) {
        contexts.push(context);
        return (await signInOnSocket(context, async () => ({ user, leave: () => undefined }))) !== undefined;
      },
    }),
    {
      maxFrameBytes: 1024,
      keepAlive: { pingEveryMs: 60_000, idleTimeoutMs: 60_000 },
      addressOf: createAddressOf(undefined),
      ofAddresses: createCountByKey(100),
      logger: createLogger('gateway', 'silent'),
    },
  );
  stack.defer(() => connections.close());
  const server = createServer();
  stack.defer(() => void server.close());
  const requests: WeakRef<IncomingMessage>[] = [];
  server.on('upgrade', (request, stream, head) => {
    requests.push(new WeakRef(request));
    if (stream instanceof Socket) connections.accept(request, stream, head);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const client = new WebSocket(`ws://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`, [
    'graphql-transport-ws',
  ]);
  await once(client, 'open');
  client.send('{"type":"connection_init","payload":{"authorization":"Bearer secret"}}');
  await once(client, 'message');

  expect(contexts[0]).toMatchObject({ acknowledged: true });
  expect(contexts[0]?.connectionParams).toBeUndefined();
  await vi.waitFor(() => {
    if (typeof collectGarbage !== 'function') throw new Error('there is no garbage collector to call');
    collectGarbage();
    expect(requests.map((request) => request.deref())).toEqual([undefined]);
  });
  expect(client.readyState).toBe(WebSocket.OPEN);
});
