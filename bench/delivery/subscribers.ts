/**
 * Clients as lean as they can be: each opens a socket, subscribes once and counts what it is given by looking at the
 * first bytes of a frame; one frame in many is parsed, to see that it is what was asked for and how long it took.
 */
import WebSocket from 'ws';
import { z } from 'zod';
import type { RunningGateway } from '../federation/gateways.ts';

export interface SubscriberLoad {
  readonly query: string;
  readonly subscribers: number;
  readonly count: number;
  readonly paceMs: number;
  /** Lets a publisher of one stream for everybody begin. Until then all get events with seq 0. */
  readonly publish?: (count: number) => void;
}

export interface Deliveries {
  readonly deliveries: number;
  readonly seconds: number;
  /** Milliseconds from the subgraph's write to the client, of the frames that were parsed. */
  readonly milliseconds: readonly number[];
}

/** One frame in so many is parsed. */
const sampleEvery = 10;
const nextMarker = Buffer.from('"type":"next"');
const completeMarker = Buffer.from('"type":"complete"');
/** Where in a frame its type stands at the latest. */
const headBytes = 80;

const deltaSchema = z.object({
  seq: z.number(),
  text: z.string().min(1),
  sentAt: z.number(),
  author: z.object({ id: z.string(), name: z.string() }).optional(),
});
const eventSchema = z.object({ payload: z.object({ data: z.record(z.string(), deltaSchema) }) });
const deltaOf = (bytes: Buffer): z.infer<typeof deltaSchema> => {
  const [delta] = Object.values(eventSchema.parse(JSON.parse(bytes.toString())).payload.data);
  if (!delta) throw new Error('an event without a delta');
  return delta;
};

const open = async (url: string, token: string | undefined): Promise<WebSocket> => {
  const socket = new WebSocket(url.replace(/^http/, 'ws'), 'graphql-transport-ws', { perMessageDeflate: false });
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.once('message', () => resolve());
    socket.once('open', () => {
      const payload = token === undefined ? {} : { authorization: `Bearer ${token}` };
      socket.send(JSON.stringify({ type: 'connection_init', payload }));
    });
  });
  return socket;
};

interface Following {
  readonly socket: WebSocket;
  readonly stream: number;
  readonly load: SubscriberLoad;
  readonly milliseconds: number[];
  /** Called with the first event of seq 0. */
  onGreeted(): void;
}

const follow = ({ socket, stream, load, milliseconds, onGreeted }: Following): Promise<void> =>
  new Promise((resolve, reject) => {
    const { query, count, paceMs } = load;
    let delivered = 0;
    let isGreeted = false;
    socket.on('close', () => reject(new Error(`a socket was closed after ${delivered} deliveries`)));
    socket.on('message', (bytes) => {
      if (!Buffer.isBuffer(bytes)) return;
      const head = bytes.subarray(0, headBytes);
      // graphql-ws writes the id first, others the type: the marker is near the start or, with a long payload before
      // it, at the end.
      if (head.includes(nextMarker) || bytes.subarray(-headBytes).includes(nextMarker)) {
        if (load.publish && delivered === 0 && deltaOf(bytes).seq === 0) {
          if (!isGreeted) onGreeted();
          isGreeted = true;
          return;
        }
        delivered += 1;
        if (delivered % sampleEvery !== 0) return;
        const { seq, sentAt } = deltaOf(bytes);
        if (seq !== delivered) reject(new Error(`delta ${seq} came as number ${delivered}`));
        milliseconds.push(performance.timeOrigin + performance.now() - sentAt);
      } else if (head.includes(completeMarker)) {
        if (delivered === count) resolve();
        else reject(new Error(`complete after ${delivered} of ${count}`));
      } else if (head.includes('"type":"ping"')) socket.send('{"type":"pong"}');
      else if (head.includes('"type":"error"')) reject(new Error(bytes.toString()));
    });
    socket.send(
      JSON.stringify({
        id: '1',
        type: 'subscribe',
        payload: load.publish ? { query } : { query, variables: { stream, count, paceMs } },
      }),
    );
  });

export const subscribe = async (gateway: RunningGateway, load: SubscriberLoad): Promise<Deliveries> => {
  const sockets: WebSocket[] = [];
  for (let index = 0; index < load.subscribers; index += 1)
    sockets.push(await open(gateway.url, gateway.tokens[index]));
  const milliseconds: number[] = [];
  let started = performance.now();
  let greeted = 0;
  const onGreeted = (): void => {
    greeted += 1;
    if (greeted < sockets.length) return;
    started = performance.now();
    load.publish?.(load.count);
  };
  await Promise.all(sockets.map((socket, stream) => follow({ socket, stream, load, milliseconds, onGreeted })));
  const seconds = (performance.now() - started) / 1000;
  for (const socket of sockets) socket.terminate();
  return { deliveries: load.subscribers * load.count, seconds, milliseconds };
};
