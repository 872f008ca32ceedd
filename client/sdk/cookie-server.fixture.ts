/**
 * A server of one origin that knows its users by a cookie alone, as a gateway with sign-in does: it serves a page, and
 * one reply as a stream over both transports. It refuses whoever shows anything else.
 */
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { buildSchema, type ExecutionResult, execute, GraphQLError, GraphQLSchema, parse, subscribe } from 'graphql';
import { makeServer } from 'graphql-ws';
import { type WebSocket, WebSocketServer } from 'ws';
import { z } from 'zod';

export interface CookieServer extends AsyncDisposable {
  readonly url: string;
  /** How often it refused somebody, on whatever transport. */
  readonly refusals: number;
  /** Streams that have read all there is. */
  readonly readers: number;
  /** How often somebody showed a token, which pages must not. */
  readonly tokens: number;
  /** More words of the reply, or its end. */
  append(...words: readonly string[]): void;
  complete(): void;
  /** Ends the session: its streams end, and its cookie is worth nothing. */
  endSession(): void;
}

const requestSchema = z.object({ query: z.string(), variables: z.record(z.string(), z.unknown()).optional() });
const refusal = { message: 'Sign in again.', extensions: { code: 'UNAUTHENTICATED' } };
const page = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Page</title>
<link rel="icon" href="data:,"><script type="module" src="/page.js"></script></html>`;

const isResults = (value: object): value is AsyncIterableIterator<ExecutionResult> => Symbol.asyncIterator in value;

/** The events of one reply, for readers that come at any time. */
const createReplyLog = () => {
  const events: object[] = [];
  let grown = Promise.withResolvers<void>();
  let readers = 0;
  const put = (event: object): void => {
    events.push({ messageId: 'reply', seq: events.length + 1, ...event });
    grown.resolve();
    grown = Promise.withResolvers();
  };
  return {
    put,
    get readers() {
      return readers;
    },
    async *read(after: number, ended: AbortSignal): AsyncGenerator<object> {
      const left = new Promise<void>((resolve) => ended.addEventListener('abort', () => resolve(), { once: true }));
      for (let at = after; !ended.aborted; ) {
        const event = events[at];
        if (event === undefined) {
          readers += 1;
          await Promise.race([grown.promise, left]);
          readers -= 1;
          continue;
        }
        yield { messageStream: event };
        at += 1;
        if ('message' in event) return;
      }
      throw new GraphQLError(refusal.message, { extensions: refusal.extensions });
    },
  };
};

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  let body = '';
  for await (const piece of request) body += String(piece);
  return body;
};

interface SocketOptions {
  readonly follow: (query: string, variables?: Readonly<Record<string, unknown>>) => ReturnType<typeof subscribe>;
  readonly admits: (request: IncomingMessage, params: Readonly<Record<string, unknown>> | undefined) => boolean;
  /** Calls `end` when the session of the socket ends. */
  readonly onEnd: (end: () => void) => void;
}

/** Returns a function that drops all sockets. */
const serveSockets = (server: Server, { follow, admits, onEnd }: SocketOptions): (() => void) => {
  const sockets = new WebSocketServer({ server });
  const protocol = makeServer<Record<string, unknown>, { readonly request: IncomingMessage }>({
    onConnect: ({ connectionParams, extra }) => admits(extra.request, connectionParams),
    onSubscribe: (_, _id, { query, variables }) => ({
      schema: new GraphQLSchema({}),
      document: parse(query),
      variableValues: variables,
    }),
    subscribe: ({ document, variableValues }) => follow(document.loc?.source.body ?? '', variableValues ?? {}),
  });
  sockets.on('connection', (socket: WebSocket, request) => {
    const closed = protocol.opened(
      {
        protocol: socket.protocol,
        send: (data) => new Promise((resolve) => socket.send(data, () => resolve())),
        close: (code, reason) => socket.close(code, reason),
        onMessage: (take) => socket.on('message', (data) => void take(String(data))),
      },
      { request },
    );
    socket.once('close', (code, reason) => void closed(code, String(reason)));
    onEnd(() => socket.close(4401, 'Unauthorized'));
  });
  return () => {
    for (const socket of sockets.clients) socket.terminate();
  };
};

/** @param script what the page runs. */
export const startCookieServer = async (script: string): Promise<CookieServer> => {
  const schema = buildSchema(await readFile(join(import.meta.dirname, '../../schema/public.graphql'), 'utf8'), {
    assumeValid: true,
  });
  const log = createReplyLog();
  let session = 0;
  let ending = new AbortController();
  let [refusals, tokens] = [0, 0];
  const cookie = (): string => `session=${session}`;
  const isSignedIn = ({ headers }: IncomingMessage): boolean => {
    if (headers.authorization !== undefined) tokens += 1;
    return headers.cookie === cookie();
  };
  const follow = (query: string, variables: Readonly<Record<string, unknown>> = {}) =>
    subscribe({
      schema,
      document: parse(query),
      variableValues: variables,
      rootValue: { messageStream: ({ afterSeq }: { afterSeq: number }) => log.read(afterSeq, ending.signal) },
    });

  const stream = async (body: z.infer<typeof requestSchema>, response: ServerResponse): Promise<void> => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const results = await follow(body.query, body.variables);
    const send = (result: object): void => void response.write(`event: next\ndata: ${JSON.stringify(result)}\n\n`);
    if (!isResults(results)) return send(results);
    try {
      for await (const result of results) send({ data: result.data?.['messageStream'] ? result.data : null });
    } catch {
      refusals += 1;
      send({ errors: [refusal] });
    }
    response.end('event: complete\ndata:\n\n');
  };
  const serveGraphQL = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = requestSchema.parse(JSON.parse(await bodyOf(request)));
    if (!isSignedIn(request) || request.headers['x-parlance-session'] !== '1') {
      refusals += 1;
      response.writeHead(401, { 'content-type': 'application/json' }).end(JSON.stringify({ errors: [refusal] }));
      return;
    }
    if (request.headers.accept === 'text/event-stream') return stream(body, response);
    const result = body.query.includes('query Who')
      ? { data: { who: cookie() } }
      : await execute({ schema, document: parse(body.query), variableValues: body.variables ?? {} });
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(result));
  };
  const server = createServer((request, response) => {
    const path = request.url ?? '/';
    if (path === '/') response.writeHead(200, { 'content-type': 'text/html' }).end(page);
    else if (path === '/page.js') response.writeHead(200, { 'content-type': 'text/javascript' }).end(script);
    else if (path === '/sign-in') {
      response.writeHead(204, { 'set-cookie': `${cookie()}; HttpOnly; SameSite=Lax; Path=/` }).end();
    } else serveGraphQL(request, response).catch(() => response.destroy());
  });

  const closeSockets = serveSockets(server, {
    follow,
    admits(request, params) {
      if (params !== undefined && Object.keys(params).length > 0) tokens += 1;
      const admitted = isSignedIn(request);
      if (!admitted) refusals += 1;
      return admitted;
    },
    onEnd: (end) =>
      ending.signal.addEventListener('abort', () => {
        refusals += 1;
        end();
      }),
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('A listening server has an address');
  return {
    url: `http://127.0.0.1:${address.port}/`,
    get refusals() {
      return refusals;
    },
    get readers() {
      return log.readers;
    },
    get tokens() {
      return tokens;
    },
    append(...words) {
      for (const text of words) log.put({ __typename: 'TokenDelta', text });
    },
    complete: () =>
      log.put({
        __typename: 'MessageCompleted',
        message: { __typename: 'Message', status: 'COMPLETED', finishReason: 'STOP', content: '' },
      }),
    endSession() {
      session += 1;
      const former = ending;
      ending = new AbortController();
      former.abort();
    },
    async [Symbol.asyncDispose]() {
      closeSockets();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
