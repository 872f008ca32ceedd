/**
 * Stands before the signed URLs of a Parlance: notes each upload that arrives and carries it on, unless a test has it
 * break off.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';

export interface UploadDoor extends AsyncDisposable {
  /** For the client, whose uploads then come here. */
  readonly fetch: typeof fetch;
  /** What was uploaded, in this order: the number of a part or WHOLE, and whether it got through. */
  readonly uploads: readonly string[];
  /** Bytes that were carried on. */
  readonly carriedBytes: number;
  /** The upload that breaks off next, such as `part 3`. `HOLD` keeps its connection open without a response. */
  breaking: { readonly what: string; readonly how: 'CUT' | 'HOLD' } | undefined;
}

/** @param url the address of the API */
export const openUploadDoor = async (url: string): Promise<UploadDoor> => {
  const uploads: string[] = [];
  const state = { carriedBytes: 0, breaking: undefined as UploadDoor['breaking'] };
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const target = new URL(request.url ?? '', url);
    const number = /\.(\d+)$/.exec(target.pathname)?.[1];
    const what = number === undefined ? 'WHOLE' : `part ${number}`;
    if (state.breaking?.what === what) {
      const { how } = state.breaking;
      state.breaking = undefined;
      await once(request, 'data');
      uploads.push(`${what} broke off`);
      if (how === 'CUT') request.socket.destroy();
      return;
    }
    const body = await buffer(request);
    const headers = { 'content-type': request.headers['content-type'] ?? '' };
    const carried = await fetch(target, { method: 'PUT', headers, body: Uint8Array.from(body) });
    if (carried.ok) state.carriedBytes += body.length;
    uploads.push(carried.ok ? what : `${what} ${carried.status}`);
    response.writeHead(carried.status).end();
  };
  const server = createServer((request, response) => void handle(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const origin = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  return {
    fetch: (input, init) => {
      if (init?.method !== 'PUT') return fetch(input, init);
      const { pathname, search } = new URL(String(input));
      return fetch(new URL(`${pathname}${search}`, origin), init);
    },
    uploads,
    get carriedBytes() {
      return state.carriedBytes;
    },
    get breaking() {
      return state.breaking;
    },
    set breaking(breaking) {
      state.breaking = breaking;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
