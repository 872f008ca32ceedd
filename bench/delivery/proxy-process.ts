/**
 * graphql-ws on both sides, as its documentation joins them: its server, whose subscriptions come from its client, one
 * socket upstream. Events are parsed and written again; nothing is executed. `proxy-process.ts URL`; says its address
 * by IPC.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { buildSchema, type DocumentNode, type ExecutionResult, parse } from 'graphql';
import { createClient, type SubscribePayload } from 'graphql-ws';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocket, WebSocketServer } from 'ws';

const [url = ''] = process.argv.slice(2);
const client = createClient({ url: url.replace(/^http/, 'ws'), webSocketImpl: WebSocket, lazy: false });
const schema = buildSchema('type Query { a: Int } type Subscription { a: Int }');
/** What a client sent, by the document that was parsed from it. */
const payloads = new WeakMap<DocumentNode, SubscribePayload>();
const server = createServer();
useServer(
  {
    onSubscribe(_context, _id, payload) {
      const document = parse(payload.query);
      payloads.set(document, payload);
      return { schema, document };
    },
    async *subscribe({ document }): AsyncGenerator<ExecutionResult, void, void> {
      const payload = payloads.get(document);
      if (!payload) throw new Error('a document without a payload');
      for await (const { data = null, errors } of client.iterate(payload)) {
        if (errors) throw new Error(JSON.stringify(errors));
        yield { data };
      }
    },
  },
  new WebSocketServer({ server, perMessageDeflate: false }),
);
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const address = server.address();
if (address === null || typeof address === 'string') throw new Error('no port');
process.send?.({ url: `http://127.0.0.1:${address.port}/graphql` });
process.on('disconnect', () => process.exit());
