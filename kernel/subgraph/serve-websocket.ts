/**
 * A subgraph's subscriptions over graphql-transport-ws. The gateway opens one socket and multiplexes: `connection_init` carries
 * its own identity token, each `subscribe` carries the user's in `extensions.authorization`. Invariant: a fault in one
 * source stream ends that subscription with a typed error in its last result, never the socket that others share.
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
import type { Identity, VerifyIdentity } from '../identity.ts';
import type { Logger } from '../log.ts';
import type { SubgraphContext } from './builder.ts';
import type { ReadDocument } from './documents.ts';
import { maskError } from './mask-error.ts';
import { bearerToken } from './serve-http.ts';

/** Bytes of one frame from the gateway. */
const maxFrameBytes = 1024 * 1024;

const isAsyncIterator = (value: unknown): value is AsyncGenerator<ExecutionResult, void, void> =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value;

/** The cursor that the resolver of a resumable subscription left for the event at hand. */
const cursorOf = (context: unknown): string | undefined =>
  typeof context === 'object' && context !== null && 'cursor' in context && typeof context.cursor === 'string'
    ? context.cursor
    : undefined;

/** The same stream, but a throw becomes one result with the error, then the end. */
const endWithError = (
  source: AsyncGenerator<ExecutionResult, void, void>,
): AsyncGenerator<ExecutionResult, void, void> => {
  let failed = false;
  return {
    async next() {
      if (failed) return { done: true, value: undefined };
      try {
        return await source.next();
      } catch (cause) {
        failed = true;
        const error =
          cause instanceof GraphQLError
            ? cause
            : new GraphQLError('', { originalError: cause instanceof Error ? cause : new Error(String(cause)) });
        return { done: false, value: { errors: [error] } };
      }
    },
    return: () => source.return(undefined),
    throw: (error: unknown) => source.throw(error),
    [Symbol.asyncIterator]() {
      return this;
    },
    [Symbol.asyncDispose]: async () => {
      await source.return(undefined);
    },
  };
};

export const serveSubgraphWebSocket = <Context extends SubgraphContext>(options: {
  readonly server: Server;
  readonly schema: GraphQLSchema;
  readonly readDocument: ReadDocument;
  readonly createContext: (identity: Identity) => Context;
  readonly verifyIdentity: VerifyIdentity;
  readonly logger: Logger;
}): AsyncDisposable => {
  const { schema, logger } = options;
  const sockets = new WebSocketServer({
    server: options.server,
    path: '/graphql',
    perMessageDeflate: false,
    maxPayload: maxFrameBytes,
  });
  const closer = useServer(
    {
      onConnect: async ({ connectionParams }) => {
        await options.verifyIdentity(bearerToken(connectionParams?.['authorization']));
        return true;
      },
      onSubscribe: async (_, _id, payload: SubscribePayload) => {
        const found = options.readDocument(payload.query);
        if ('errors' in found) return found.errors;
        try {
          const identity = await options.verifyIdentity(bearerToken(payload.extensions?.['authorization']));
          const contextValue = options.createContext(identity);
          return {
            schema,
            document: found.document,
            operationName: payload.operationName,
            variableValues: payload.variables,
            contextValue,
          };
        } catch (cause) {
          return [new GraphQLError('', { originalError: cause instanceof Error ? cause : new Error(String(cause)) })];
        }
      },
      subscribe: async (args: ExecutionArgs) => {
        const result = await subscribe(args);
        return isAsyncIterator(result) ? endWithError(result) : result;
      },
      onNext: (_, _id, _payload, args, { errors, data }): FormattedExecutionResult | undefined => {
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
  sockets.on('connection', (socket) => socket.on('error', (err) => logger.warn({ err }, 'socket failed')));
  return { [Symbol.asyncDispose]: async () => closer.dispose() };
};
