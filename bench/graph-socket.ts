/**
 * A lean graphql-transport-ws client, so that the measuring process does not take the processor from what is measured:
 * one socket, many operations, each given its payloads as they arrive.
 */
import WebSocket from 'ws';
import { z } from 'zod';

const frameSchema = z.object({
  type: z.string(),
  id: z.string().optional(),
  payload: z.unknown().optional(),
});
const errorsSchema = z.object({ errors: z.array(z.unknown()).min(1) });

export interface OperationListener {
  /** The `data` of one result. */
  data(data: unknown): void;
  /** The end: undefined when it is clean. */
  end(fault: Error | undefined): void;
}

export interface GraphSocket extends AsyncDisposable {
  /** Starts an operation; the result ends it early. */
  start(query: string, variables: object, listener: OperationListener): () => void;
  /** A query or mutation: its data. Rejects with its errors. */
  ask(query: string, variables: object): Promise<unknown>;
}

/** @param url of the gateway, `http://host:port/graphql` */
export const openGraphSocket = async (url: string, token: string): Promise<GraphSocket> => {
  const socket = new WebSocket(url.replace(/^http/, 'ws'), 'graphql-transport-ws', { perMessageDeflate: false });
  const running = new Map<string, OperationListener>();
  const acknowledged = Promise.withResolvers<void>();
  let operations = 0;
  const send = (frame: object): void => socket.send(JSON.stringify(frame));
  const end = (id: string, fault: Error | undefined): void => {
    const listener = running.get(id);
    running.delete(id);
    listener?.end(fault);
  };
  socket.on('open', () => send({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } }));
  socket.on('message', (bytes) => {
    const { type, id = '', payload } = frameSchema.parse(JSON.parse(String(bytes)));
    if (type === 'connection_ack') acknowledged.resolve();
    else if (type === 'ping') send({ type: 'pong' });
    else if (type === 'complete') end(id, undefined);
    else if (type === 'error') end(id, new Error(JSON.stringify(payload)));
    else if (type === 'next') {
      const failed = errorsSchema.safeParse(payload);
      if (failed.success) end(id, new Error(JSON.stringify(failed.data.errors)));
      else if (typeof payload === 'object' && payload !== null && 'data' in payload) {
        running.get(id)?.data(payload.data);
      }
    }
  });
  const lost = (cause: unknown): void => {
    const fault = new Error('the socket was closed', { cause });
    acknowledged.reject(fault);
    for (const id of running.keys()) end(id, fault);
  };
  socket.on('error', lost);
  socket.on('close', (code, reason) => lost(`${code} ${String(reason)}`));
  await acknowledged.promise;

  const start: GraphSocket['start'] = (query, variables, listener) => {
    operations += 1;
    const id = String(operations);
    running.set(id, listener);
    send({ type: 'subscribe', id, payload: { query, variables } });
    return () => {
      if (running.delete(id)) send({ type: 'complete', id });
    };
  };
  return {
    start,
    ask(query, variables) {
      const { promise, resolve, reject } = Promise.withResolvers<unknown>();
      let response: unknown;
      start(query, variables, {
        data(data) {
          response = data;
        },
        end: (fault) => (fault ? reject(fault) : resolve(response)),
      });
      return promise;
    },
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => socket.once('close', resolve));
      running.clear();
      socket.close();
      await closed;
    },
  };
};
