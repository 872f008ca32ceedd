/**
 * Both subgraphs in one process, as fast as they can be: events are written as text over graphql-transport-ws, entities
 * are returned over HTTP from a template. Streams of `paceMs` 0 go as fast as their socket takes them. Every
 * subscriber gets what is published: events with seq 0 until a message by IPC says how many are to come, then those,
 * then the end. Sends its addresses by IPC.
 */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { buildSchema, getArgumentValues, Kind, type OperationDefinitionNode, parse } from 'graphql';
import { type WebSocket, WebSocketServer } from 'ws';
import { z } from 'zod';

const schema = buildSchema(
  'type Query { a: Int } type Subscription { deltas(stream: Int!, count: Int!, paceMs: Int!): Int }',
);
const deltas = schema.getSubscriptionType()?.getFields()['deltas'];
const argumentsSchema = z.object({ stream: z.number(), count: z.number(), paceMs: z.number() });
const frameSchema = z.object({ type: z.string(), id: z.string().optional(), payload: z.unknown().optional() });
const operationSchema = z.object({ query: z.string(), variables: z.record(z.string(), z.unknown()).nullish() });
const entitiesSchema = z.object({
  variables: z.object({ representations: z.array(z.object({ id: z.string() })) }),
});

/** Bytes that wait on a socket before its streams pause. */
const highWaterBytes = 256 * 1024;
/** Events that a stream writes before others have their turn. */
const burst = 20;
const text = 'some words of it ';

const isSubscription = (definition: { readonly kind: string }): definition is OperationDefinitionNode =>
  definition.kind === Kind.OPERATION_DEFINITION;

const argumentsOf = (query: string, variables: Record<string, unknown>): z.infer<typeof argumentsSchema> => {
  const selection = parse(query).definitions.find(isSubscription)?.selectionSet.selections[0];
  if (selection?.kind !== Kind.FIELD || !deltas) throw new Error('not the field that streams');
  return argumentsSchema.parse(getArgumentValues(deltas, selection, variables));
};

const startStream = (
  socket: WebSocket,
  id: string,
  query: string,
  variables: Record<string, unknown>,
): (() => void) => {
  const { stream, count, paceMs } = argumentsOf(query, variables);
  const before = `{"id":${JSON.stringify(id)},"type":"next","payload":{"data":{"deltas":{"__typename":"Delta","seq":`;
  const author = query.includes('author') ? `,"author":{"__typename":"Author","id":"${stream}"}` : '';
  let seq = 0;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  const sendOne = (): void => {
    seq += 1;
    const sentAt = performance.timeOrigin + performance.now();
    socket.send(`${before}${seq},"text":"${text}","sentAt":${sentAt}${author}}}}}`);
  };
  const end = (): void => {
    if (!stopped) socket.send(JSON.stringify({ id, type: 'complete' }));
    stopped = true;
  };
  const rush = (): void => {
    for (let sent = 0; sent < burst && seq < count && !stopped && socket.bufferedAmount < highWaterBytes; sent += 1)
      sendOne();
    if (seq >= count) end();
    else if (!stopped) setImmediate(rush);
  };
  const pace = (): void => {
    sendOne();
    if (seq >= count) {
      clearInterval(timer);
      end();
    }
  };
  if (paceMs === 0) setImmediate(rush);
  else timer = setInterval(pace, paceMs);
  return () => {
    stopped = true;
    clearInterval(timer);
  };
};

interface Subscriber {
  readonly socket: WebSocket;
  readonly id: string;
}
const subscribers = new Set<Subscriber>();

const publish = (seq: number): void => {
  const sentAt = performance.timeOrigin + performance.now();
  const payload = `{"data":{"published":{"seq":${seq},"text":"${text}","sentAt":${sentAt}}}}`;
  for (const { socket, id } of subscribers)
    socket.send(`{"id":${JSON.stringify(id)},"type":"next","payload":${payload}}`);
};
let isPublishing = false;
const publishAll = (count: number): void => {
  let seq = 0;
  isPublishing = true;
  const rush = (): void => {
    const isBehind = (): boolean => [...subscribers].some(({ socket }) => socket.bufferedAmount > highWaterBytes);
    for (let sent = 0; sent < burst && seq < count && !isBehind(); sent += 1) {
      seq += 1;
      publish(seq);
    }
    if (seq < count) {
      setImmediate(rush);
      return;
    }
    for (const { socket, id } of subscribers) socket.send(JSON.stringify({ id, type: 'complete' }));
    subscribers.clear();
    isPublishing = false;
  };
  rush();
};
/** Milliseconds between the events by which subscribers are counted. */
const greetEveryMs = 50;
setInterval(() => {
  if (!isPublishing) publish(0);
}, greetEveryMs);
process.on('message', (message) => publishAll(z.object({ publish: z.number() }).parse(message).publish));

const join = (subscriber: Subscriber): (() => void) => {
  subscribers.add(subscriber);
  return () => subscribers.delete(subscriber);
};

const serveSocket = (socket: WebSocket): void => {
  const streams = new Map<string, () => void>();
  socket.on('message', (bytes) => {
    const { type, id = '', payload } = frameSchema.parse(JSON.parse(String(bytes)));
    if (type === 'connection_init') socket.send('{"type":"connection_ack"}');
    else if (type === 'ping') socket.send('{"type":"pong"}');
    else if (type === 'complete') streams.get(id)?.();
    else if (type === 'subscribe') {
      const { query, variables } = operationSchema.parse(payload);
      const isPublished = query.includes('published');
      streams.set(id, isPublished ? join({ socket, id }) : startStream(socket, id, query, variables ?? {}));
    }
  });
  socket.on('close', () => {
    for (const stop of streams.values()) stop();
  });
};

const listen = async (server: Server): Promise<string> => {
  server.keepAliveTimeout = 60_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return `http://127.0.0.1:${address.port}/graphql`;
};

const streams = createServer();
new WebSocketServer({ server: streams, perMessageDeflate: false }).on('connection', serveSocket);
const authors = createServer(async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  const { representations } = entitiesSchema.parse(JSON.parse(String(Buffer.concat(chunks)))).variables;
  const entities = representations.map(({ id }) => ({ __typename: 'Author', id, name: `Author ${id}` }));
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ data: { _entities: entities } }));
});
const urls: readonly (readonly [string, string])[] = [
  ['streams', await listen(streams)],
  ['authors', await listen(authors)],
];
process.send?.({ urls });
process.on('disconnect', () => process.exit());
