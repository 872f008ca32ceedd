/**
 * The least that can stand between a client and a subgraph: one upstream socket for each client's, and frames passed on
 * as they are. No authentication, no limits, no resume, no second subgraph. `relay-process.ts URL`; says its address by
 * IPC.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { WebSocket, WebSocketServer } from 'ws';

const [url = ''] = process.argv.slice(2);
const server = createServer();
const sockets = new WebSocketServer({
  server,
  perMessageDeflate: false,
  handleProtocols: () => 'graphql-transport-ws',
});
sockets.on('connection', (client) => {
  const upstream = new WebSocket(url.replace(/^http/, 'ws'), 'graphql-transport-ws', { perMessageDeflate: false });
  const early: Buffer[] = [];
  client.on('message', (bytes: Buffer) => {
    if (upstream.readyState === WebSocket.OPEN) upstream.send(bytes, { binary: false });
    else early.push(bytes);
  });
  upstream.on('open', () => {
    for (const bytes of early) upstream.send(bytes, { binary: false });
  });
  upstream.on('message', (bytes: Buffer) => client.send(bytes, { binary: false }));
  client.on('close', () => upstream.terminate());
  upstream.on('close', () => client.terminate());
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const address = server.address();
if (address === null || typeof address === 'string') throw new Error('no port');
process.send?.({ url: `http://127.0.0.1:${address.port}/graphql` });
process.on('disconnect', () => process.exit());
