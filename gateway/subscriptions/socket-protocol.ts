/**
 * graphql-transport-ws for clients: signs in by ConnectionInit, admits each operation with the same limits as HTTP,
 * executes queries and mutations through Apollo Server and subscriptions through their live streams. Close codes: 4401
 * for no token or an expired one, 4403 for an invalid token, 1013 when the token cannot be checked or its user has too
 * many connections; the others are graphql-ws's own (4400, 4406, 4408, 4409, 4429).
 */
import type { ApolloServer } from '@apollo/server';
import type { ExecutionArgs, ExecutionResult, FormattedExecutionResult, GraphQLError } from 'graphql';
import { type Context, makeServer, type Server, type SubscribePayload } from 'graphql-ws';
import { AppError } from '#kernel/errors.ts';
import { inSpan } from '#kernel/telemetry/tracing.ts';
import type { AuthenticatedUser, Authenticator } from '../authentication/authenticator.ts';
import { tokenFromConnectionParams } from '../authentication/bearer-token.ts';
import type { MaskError } from '../errors/public-error.ts';
import type { TakeRequest } from '../limits/request-rate.ts';
import type { CountByKey } from '../limits/socket-count.ts';
import type { StreamCount } from '../limits/stream-count.ts';
import { countOperation } from '../observation/count-operations.ts';
import { payerOf } from '../planning/planner.ts';
import type { OperationContext } from '../supergraph/operation-context.ts';
import { type OperationAdmission, refusalOf } from './operation-admission.ts';
import { endWithSignIn } from './sign-in-end.ts';
import type { Connection } from './socket-connections.ts';
import { createSocketResult } from './socket-result.ts';
import { createSocketStream, type SocketStream } from './socket-stream.ts';
import type { Subscriptions } from './subscriptions.ts';

export interface SocketProtocolOptions {
  readonly server: ApolloServer<OperationContext>;
  readonly admission: OperationAdmission;
  readonly authenticator: Authenticator;
  readonly subscriptions: Subscriptions;
  readonly streams: StreamCount;
  /** Counts the sockets of each user. */
  readonly ofUsers: CountByKey;
  readonly takeRequest: TakeRequest;
  readonly maskError: MaskError;
}

type ConnectionContext = Context<Record<string, unknown>, Connection>;

/** Milliseconds that a client has for ConnectionInit, equal to the default of graphql-ws. */
const initDeadlineMs = 3000;

const keyOf = ({ identity: { tenantId, userId } }: AuthenticatedUser): string => `${tenantId}:${userId}`;

export interface SocketProtocol extends Server<Connection> {
  /** Resolves when the queries and mutations that run now have been completed. */
  settled(): Promise<void>;
}

export const createSocketProtocol = (options: SocketProtocolOptions): SocketProtocol => {
  const { server, admission, authenticator, subscriptions, streams, ofUsers, takeRequest, maskError } = options;
  const users = new WeakMap<object, AuthenticatedUser>();
  const starts = new WeakMap<object, () => SocketStream['iterator']>();
  const payloads = new WeakMap<object, { payload: SubscribePayload; user: AuthenticatedUser }>();
  const results = new WeakMap<object, FormattedExecutionResult>();
  const running = new Set<Promise<unknown>>();
  /** Socket -> subscriptions that are being admitted on it. */
  const admitting = new WeakMap<object, number>();

  const signIn = async (context: ConnectionContext): Promise<boolean> => {
    const { socket } = context.extra;
    if (authenticator.everybody) {
      users.set(socket, authenticator.everybody);
      context.extra.isSignedIn = true;
      return true;
    }
    const token = tokenFromConnectionParams(context.connectionParams);
    if (token === undefined) {
      socket.close(4401, 'Unauthorized: send {"authorization": "Bearer <token>"} in ConnectionInit');
      return false;
    }
    try {
      const user = await authenticator.authenticate(token, context.extra.address);
      const leave = ofUsers.enter(keyOf(user));
      if (!leave) {
        socket.close(1013, 'Too many connections of this user: close one first');
        return false;
      }
      socket.once('close', leave);
      if (socket.readyState !== socket.OPEN) leave();
      users.set(socket, user);
      context.extra.isSignedIn = true;
      endWithSignIn(user, context);
      return true;
    } catch (fault) {
      if (!(fault instanceof AppError)) throw fault;
      if (fault.code === 'UNAUTHENTICATED') socket.close(4403, `Forbidden: ${fault.message}`);
      else socket.close(1013, fault.message);
      return false;
    }
  };

  const admitFor = async (
    context: ConnectionContext,
    id: string,
    payload: SubscribePayload,
  ): Promise<ExecutionArgs | readonly GraphQLError[]> => {
    const { extra } = context;
    const user = users.get(extra.socket);
    if (!user) throw new AppError('UNAUTHENTICATED', 'Sign in with ConnectionInit first.');
    const others = admitting.get(extra.socket) ?? 0;
    const one = /\bsubscription\b/.test(payload.query) ? 1 : 0;
    admitting.set(extra.socket, others + one);
    const endAdmission = (): unknown => admitting.set(extra.socket, (admitting.get(extra.socket) ?? one) - one);
    const admitted = await takeRequest(user.identity).then(
      () => admission.admit(payload, payerOf(user)),
      async (fault: unknown) => {
        // A client that floods a full socket learns that it is full, rather than when to retry.
        const full = streams.refusal(user.identity, extra.socket, others);
        const isFull = full && (await admission.isKnownSubscription(payload, payerOf(user)));
        return { errors: [refusalOf(isFull ? full : fault)] };
      },
    );
    if ('errors' in admitted) {
      endAdmission();
      return admitted.errors;
    }
    const { generation, document, operation, variables } = admitted;
    const execution: ExecutionArgs = {
      schema: generation.schema,
      document,
      operationName: payload.operationName ?? null,
      variableValues: payload.variables ?? null,
    };
    if (operation.operation === 'subscription') {
      const operationName = operation.name?.value;
      const traceparent = payload.extensions?.['traceparent'];
      const subscribe = { text: payload.query, operationName, variables, user, connection: extra.socket, traceparent };
      starts.set(execution, () => {
        endAdmission();
        const carrier = { ...extra, id, subscriptions: context.subscriptions };
        return subscriptions.open(subscribe, (onEnd) => createSocketStream({ ...carrier, onEnd })).iterator;
      });
    } else {
      endAdmission();
      payloads.set(execution, { payload, user });
    }
    return execution;
  };

  const mask = (error: GraphQLError): ReturnType<MaskError> => maskError(error.toJSON(), error);

  const protocol = makeServer<Record<string, unknown>, Connection>({
    connectionInitWaitTimeout: initDeadlineMs,
    onConnect: signIn,
    onSubscribe: async (context, id, payload) => {
      try {
        return await admitFor(context, id, payload);
      } catch (fault) {
        return [refusalOf(fault)];
      }
    },
    execute: (execution) => {
      const known = payloads.get(execution);
      if (!known) throw new Error('an operation was not admitted');
      const { query, operationName, variables, extensions } = known.payload;
      return createSocketResult(async (signal): Promise<ExecutionResult> => {
        const request = {
          query,
          ...(operationName ? { operationName } : {}),
          ...(variables ? { variables } : {}),
          ...(extensions ? { extensions } : {}),
        };
        const execute = inSpan('request', { kind: 'server', parent: extensions?.['traceparent'] }, () =>
          server.executeOperation(request, { contextValue: { user: known.user, signal } }),
        );
        running.add(execute);
        const { body } = await execute.finally(() => running.delete(execute));
        if (body.kind !== 'single') throw new Error('incremental delivery is not possible here');
        results.set(execution, body.singleResult);
        return {};
      });
    },
    onNext: (_context, _id, _payload, execution) => results.get(execution),
    onError: (_context, _id, _payload, errors) => {
      const masked = errors.map(mask);
      countOperation('unknown', masked);
      return masked;
    },
    subscribe: (execution) => {
      const start = starts.get(execution);
      if (!start) throw new Error('a subscription was not admitted');
      return start();
    },
  });
  return {
    ...protocol,
    async settled() {
      await Promise.allSettled(running);
      // graphql-ws sends the results within the current iteration of the event loop.
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
};
