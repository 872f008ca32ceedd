/**
 * A subgraph's subscriptions over graphql-transport-ws. The gateway opens one socket and multiplexes: `connection_init`
 * carries the gateway's own identity token, each `subscribe` the user's in `extensions.authorization`. Invariants: a
 * fault in one source stream ends that subscription with a typed error in its last result, never the shared socket; no
 * subscription outlives the rights that it needs; none stalls because this process cannot reach the store that feeds
 * it, since the socket then closes with 1013.
 */
import type { Server } from 'node:http';
import {
  type ExecutionArgs,
  type ExecutionResult,
  type FormattedExecutionResult,
  GraphQLError,
  type GraphQLSchema,
  subscribe,
} from 'graphql';
import type { SubscribePayload } from 'graphql-ws';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import type { Identity } from '#contracts/identity.ts';
import type { AccessList } from '../access/access-list.ts';
import type { StoreWatch } from '../connections/store-watch.ts';
import type { VerifyIdentity } from '../identity.ts';
import type { Logger } from '../log.ts';
import { inSpan } from '../telemetry/tracing.ts';
import type { SubgraphContext } from './builder.ts';
import type { ReadDocument } from './documents.ts';
import { createEndableStream, toErrorResult } from './endable-stream.ts';
import { maskError } from './mask-error.ts';
import { createOpenSubscriptions } from './open-subscriptions.ts';
import { type OpenRawStream, writeRawStream } from './raw-stream.ts';
import { bearerToken } from './serve-http.ts';

/** Close code 1013 of the WebSocket registry. */
const tryAgainLater = 1013;

/** Bytes of one frame from the gateway. */
const maxFrameBytes = 1024 * 1024;

const isAsyncIterator = (value: unknown): value is AsyncGenerator<ExecutionResult, void, void> =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value;

/** The cursor that the resolver of a resumable subscription set for the current event. */
const cursorOf = (context: unknown): string | undefined =>
  typeof context === 'object' && context !== null && 'cursor' in context && typeof context.cursor === 'string'
    ? context.cursor
    : undefined;

interface WebSocketOptions<Context extends SubgraphContext> {
  readonly name: string;
  readonly server: Server;
  readonly schema: GraphQLSchema;
  readonly readDocument: ReadDocument;
  readonly createContext: (identity: Identity) => Context;
  readonly verifyIdentity: VerifyIdentity;
  readonly access?: AccessList | undefined;
  /** Called first for each subscription. */
  readonly openRawStream?: OpenRawStream<Context> | undefined;
  /**
   * The store that feeds subscriptions. While it is away they go to other replicas. Undefined: it counts as present.
   */
  readonly streams?: StoreWatch | undefined;
  readonly logger: Logger;
}

/** What graphql-ws does not carry from a subscribe message to its stream. */
interface Subscription {
  readonly identity: Identity;
  readonly traceparent: unknown;
  /** Serves it without graphql-js; undefined where that is not possible. */
  openRaw(): Promise<AsyncGenerator<ExecutionResult, void, void>> | undefined;
}

const createSubscriptions = <Context extends SubgraphContext>(options: WebSocketOptions<Context>) => {
  const open = createOpenSubscriptions(options.name, options.access);
  const known = new WeakMap<ExecutionArgs, Subscription>();
  /** Opens the subscription once more under these rights, and leaves it. */
  const refusalFor = async (args: ExecutionArgs, identity: Identity): Promise<unknown> => {
    const result = await subscribe({ ...args, contextValue: options.createContext(identity) });
    if (!isAsyncIterator(result)) return result.errors?.[0];
    await result.return(undefined);
    return undefined;
  };
  const serve = (
    args: ExecutionArgs,
    source: AsyncGenerator<ExecutionResult, void, void>,
  ): AsyncGenerator<ExecutionResult, void, void> => {
    const identity = known.get(args)?.identity;
    let forget: (() => void) | undefined;
    const stream = createEndableStream(source, () => forget?.());
    if (identity) forget = open.add({ identity, fail: stream.fail, refusalFor: (now) => refusalFor(args, now) });
    return stream;
  };
  return {
    note: (args: ExecutionArgs, subscription: Subscription) => void known.set(args, subscription),
    /** Opens the source stream, raw where that is possible. */
    async start(args: ExecutionArgs) {
      const { traceparent: parent, openRaw } = known.get(args) ?? {};
      const result = await inSpan(`${options.name} open stream`, { kind: 'server', parent }, async () => {
        const raw = openRaw?.();
        return raw ?? subscribe(args);
      }).catch(toErrorResult);
      return isAsyncIterator(result) ? serve(args, result) : result;
    },
    [Symbol.dispose]: () => open[Symbol.dispose](),
  };
};

export const serveSubgraphWebSocket = <Context extends SubgraphContext>(
  options: WebSocketOptions<Context>,
): AsyncDisposable => {
  const { schema, logger, access } = options;
  const subscriptions = createSubscriptions(options);
  const sockets = new WebSocketServer({
    server: options.server,
    path: '/graphql',
    perMessageDeflate: false,
    maxPayload: maxFrameBytes,
    verifyClient: (_, accept) => (options.streams?.isAway ? accept(false, 503) : accept(true)),
  });
  const stopFollowing = options.streams?.onChange((isAway) => {
    if (!isAway) return;
    for (const socket of sockets.clients) socket.close(tryAgainLater, 'The store of streams is away');
  });
  const closer = useServer(
    {
      onConnect: async ({ connectionParams }) => {
        await options.verifyIdentity(bearerToken(connectionParams?.['authorization']));
        return true;
      },
      onSubscribe: async ({ extra }, id, payload: SubscribePayload) => {
        try {
          const found = options.readDocument(payload.query);
          if ('errors' in found) return found.errors;
          const given = await options.verifyIdentity(bearerToken(payload.extensions?.['authorization']));
          const identity = access?.admit(given) ?? given;
          const contextValue = options.createContext(identity);
          const { document } = found;
          const { operationName, variables } = payload;
          const args = { schema, document, operationName, variableValues: variables, contextValue };
          subscriptions.note(args, {
            identity,
            traceparent: payload.extensions?.['traceparent'],
            openRaw: () =>
              options
                .openRawStream?.({ document, operationName, variables: variables ?? {}, context: contextValue })
                ?.then((source) => writeRawStream(source, { socket: extra.socket, tcp: extra.request.socket, id })),
          });
          return args;
        } catch (cause) {
          return [new GraphQLError('', { originalError: cause instanceof Error ? cause : new Error(String(cause)) })];
        }
      },
      subscribe: subscriptions.start,
      onNext: (...[, , , args, { errors, data }]): FormattedExecutionResult | undefined => {
        const cursor = cursorOf(args.contextValue);
        if (cursor === undefined && !errors) return undefined;
        return {
          ...(errors ? { errors: errors.map((error) => maskError(error, logger)) } : {}),
          ...(data === undefined ? {} : { data }),
          ...(cursor === undefined ? {} : { extensions: { cursor } }),
        };
      },
      onError: (_, _id, _payload, errors) => errors.map((error) => maskError(error, logger)),
    },
    sockets,
  );
  sockets.on('connection', (socket) => socket.on('error', (err) => logger.warn({ err }, 'a socket failed')));
  return {
    async [Symbol.asyncDispose]() {
      stopFollowing?.();
      subscriptions[Symbol.dispose]();
      await closer.dispose();
    },
  };
};
