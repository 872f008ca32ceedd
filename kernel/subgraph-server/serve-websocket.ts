/**
 * A subgraph's subscriptions over graphql-transport-ws. The gateway opens one socket and multiplexes: `connection_init`
 * carries the gateway's own identity token, each `subscribe` the user's in `extensions.authorization`. A router of
 * another make opens a socket for each user: a `subscribe` without authorization runs under the access token of
 * `connection_init`, or of the request that opened the socket. Invariants: a fault in one source stream ends that
 * subscription, never the shared socket; none stalls because this process cannot reach the store that feeds it, since
 * the socket then closes with 1013.
 */
import type { Server } from 'node:http';
import { type DocumentNode, GraphQLError, getOperationAST } from 'graphql';
import type { SubscribePayload } from 'graphql-ws';
import { useServer } from 'graphql-ws/use/ws';
import { type WebSocket, WebSocketServer } from 'ws';
import { parseBearer } from '../access-tokens/bearer-token.ts';
import type { StoreWatch } from '../connections/store-watch.ts';
import type { Logger } from '../log.ts';
import { type IdentifyCaller, isIdentityToken, tokenOfSocket } from './callers.ts';
import type { ReadDocument } from './documents.ts';
import { maskError } from './mask-error.ts';
import { createSocketSink } from './raw-stream.ts';
import type { Subscriptions } from './subscriptions.ts';

/** Close code 1013 of the WebSocket registry. */
const tryAgainLater = 1013;

/** Bytes of one frame from the gateway. */
const maxFrameBytes = 1024 * 1024;

interface WebSocketOptions {
  readonly server: Server;
  readonly readDocument: ReadDocument;
  readonly identify: IdentifyCaller;
  /** Whether sockets may belong to users, whose subscriptions are refused one by one. */
  readonly acceptsAccessTokens: boolean;
  readonly subscriptions: Subscriptions;
  /**
   * The store that feeds subscriptions. While it is away they go to other replicas. Undefined: it counts as present.
   */
  readonly streams?: StoreWatch | undefined;
  readonly logger: Logger;
}

export const serveSubgraphWebSocket = (options: WebSocketOptions): AsyncDisposable => {
  const { logger, identify, subscriptions } = options;
  /** The access tokens of sockets that belong to one user, valid or not. */
  const tokens = new WeakMap<WebSocket, string | undefined>();
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
      onConnect: async ({ connectionParams, extra }) => {
        const token = tokenOfSocket(connectionParams, extra.request.headers.authorization);
        const isOfUser = token === undefined || !isIdentityToken(token);
        if (isOfUser && options.acceptsAccessTokens) tokens.set(extra.socket, token);
        else await identify(token);
        return true;
      },
      onSubscribe: async ({ extra }, id, payload: SubscribePayload) => {
        const { query, operationName, variables } = payload;
        let document: DocumentNode | undefined;
        try {
          const found = options.readDocument(query);
          if ('errors' in found) return found.errors;
          document = found.document;
          const { authorization, traceparent } = payload.extensions ?? {};
          const caller = await identify(
            typeof authorization === 'string' ? parseBearer(authorization) : tokens.get(extra.socket),
          );
          return subscriptions.prepare({
            ...{ document, operationName, variables, caller, traceparent },
            sink: createSocketSink(extra.socket, extra.request.socket, id),
          });
        } catch (cause) {
          // Routers show their clients the code of a result, and none of a refused socket or of an error frame.
          const isSubscription = document && getOperationAST(document, operationName)?.operation === 'subscription';
          if (document && isSubscription && tokens.has(extra.socket)) {
            return subscriptions.refuse({ document, operationName }, cause);
          }
          return [new GraphQLError('', { originalError: cause instanceof Error ? cause : new Error(String(cause)) })];
        }
      },
      subscribe: subscriptions.start,
      onNext: (...[, , , args, result]) => subscriptions.format(args, result),
      onError: (_, _id, _payload, errors) => errors.map((error) => maskError(error, logger)),
    },
    sockets,
  );
  sockets.on('connection', (socket) => socket.on('error', (err) => logger.warn({ err }, 'a socket failed')));
  return {
    async [Symbol.asyncDispose]() {
      stopFollowing?.();
      await closer.dispose();
    },
  };
};
