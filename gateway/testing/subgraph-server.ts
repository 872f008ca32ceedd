/**
 * A small real subgraph for tests: a federated schema on node:http and graphql-ws, on a port that it uses again when it
 * is reopened after `kill`. It records requests and emits the start and end of subscriptions.
 */
import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { type ExecutionArgs, execute, parse, subscribe } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';

type Schema = Extract<Parameters<typeof buildSubgraphSchema>[0], { readonly typeDefs: unknown }>;
export type Resolvers = NonNullable<Schema['resolvers']>;

export interface SubgraphServer extends AsyncDisposable {
  readonly url: string;
  /** Texts of the HTTP operations so far. */
  readonly asked: string[];
  /** Texts and variables of the subscriptions so far. */
  readonly subscribed: { readonly query: string; readonly variables: unknown }[];
  /** Bearer headers of all requests so far. */
  readonly authorizations: string[];
  /** Subscriptions that run now. */
  readonly running: number;
  /** Emits `start` and `end` with the number that run. */
  readonly events: EventEmitter<{ start: [number]; end: [number] }>;
  /** Resolves once this many subscriptions run. */
  untilRunning(count: number): Promise<void>;
  /** Cuts every connection and frees the port, as a crash does. */
  kill(): Promise<void>;
  /** Listens on the same port again. */
  reopen(): Promise<void>;
  /** Handles HTTP requests in place of GraphQL, until it is unset. */
  intercept: ((request: IncomingMessage, response: ServerResponse) => void) | undefined;
}

const bodyOf = async (
  request: IncomingMessage,
): Promise<{ query: string; variables?: Record<string, unknown>; operationName?: string }> => {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return JSON.parse(text);
};

/**
 * Resolvers find `authorization` in their context. A `cursor` that they set there becomes `extensions.cursor` of the
 * event.
 */
export const openSubgraph = async (typeDefs: string, resolvers: Resolvers): Promise<SubgraphServer> => {
  const schema = buildSubgraphSchema({ typeDefs: parse(typeDefs), resolvers });
  const asked: string[] = [];
  const subscribed: { query: string; variables: unknown }[] = [];
  const authorizations: string[] = [];
  const events = new EventEmitter<{ start: [number]; end: [number] }>();
  let running = 0;
  let port = 0;
  let server: Server | undefined;
  let sockets: WebSocketServer | undefined;

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { query, variables, operationName } = await bodyOf(request);
    const authorization = request.headers.authorization ?? '';
    asked.push(query);
    authorizations.push(authorization);
    const result = await execute({
      schema,
      document: parse(query),
      variableValues: variables ?? {},
      operationName: operationName ?? null,
      contextValue: { authorization },
    });
    const { errors, ...rest } = result;
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ ...rest, ...(errors ? { errors: errors.map((error) => error.toJSON()) } : {}) }));
  };

  const counted = async (args: ExecutionArgs): ReturnType<typeof subscribe> => {
    const stream = await subscribe(args);
    if (!(Symbol.asyncIterator in stream)) return stream;
    running += 1;
    events.emit('start', running);
    let open = true;
    const left = (): void => {
      if (!open) return;
      open = false;
      running -= 1;
      events.emit('end', running);
    };
    const next = stream.next.bind(stream);
    const end = stream.return.bind(stream);
    return Object.assign(stream, {
      next: async () => {
        const result = await next();
        if (result.done) left();
        return result;
      },
      return: (value: undefined) => {
        left();
        return end(value);
      },
    });
  };

  const listen = async (): Promise<void> => {
    const opened = createServer((request, response) => {
      if (subgraph.intercept) subgraph.intercept(request, response);
      else void handle(request, response);
    });
    server = opened;
    sockets = new WebSocketServer({ server: opened, path: '/graphql' });
    useServer(
      {
        schema,
        onConnect: ({ connectionParams }) => String(connectionParams?.['authorization']).startsWith('Bearer '),
        onSubscribe: (_, _id, payload) => {
          const authorization = String(payload.extensions?.['authorization'] ?? '');
          subscribed.push({ query: payload.query, variables: payload.variables });
          authorizations.push(authorization);
          return {
            schema,
            document: parse(payload.query),
            operationName: payload.operationName ?? null,
            variableValues: payload.variables ?? {},
            contextValue: { authorization },
          };
        },
        subscribe: counted,
        onNext: (_, _id, _payload, args, result) => {
          const context: unknown = args.contextValue;
          const cursor =
            typeof context === 'object' && context !== null && 'cursor' in context ? context.cursor : undefined;
          const { errors, data } = result;
          return {
            ...(errors ? { errors: errors.map((error) => error.toJSON()) } : {}),
            ...(data === undefined ? {} : { data }),
            ...(cursor === undefined ? {} : { extensions: { cursor } }),
          };
        },
      },
      sockets,
    );
    opened.listen(port, '127.0.0.1');
    await once(opened, 'listening');
    const address = opened.address();
    if (address !== null && typeof address === 'object') port = address.port;
  };
  const kill = async (): Promise<void> => {
    for (const socket of sockets?.clients ?? []) socket.terminate();
    sockets?.close();
    const closing = server;
    if (!closing?.listening) return;
    closing.closeAllConnections();
    closing.close();
    await once(closing, 'close');
  };

  const subgraph: SubgraphServer = {
    get url() {
      return `http://127.0.0.1:${port}/graphql`;
    },
    asked,
    subscribed,
    authorizations,
    get running() {
      return running;
    },
    events,
    async untilRunning(count) {
      while (running !== count) await Promise.race([once(events, 'start'), once(events, 'end')]);
    },
    kill,
    reopen: listen,
    intercept: undefined,
    [Symbol.asyncDispose]: kill,
  };
  await listen();
  return subgraph;
};
