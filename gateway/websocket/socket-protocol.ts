/**
 * graphql-transport-ws for clients: signs in by ConnectionInit, admits each operation with the same limits as HTTP,
 * executes queries and mutations through Apollo Server and subscriptions through their live streams. Close codes: 4401
 * for no token or an expired one, 4403 for an invalid token, 1013 when the token cannot be checked or its user has too
 * many connections; the others are graphql-ws's own (4400, 4406, 4408, 4409, 4429).
 */
import type { ApolloServer } from '@apollo/server';
import type { ExecutionArgs, ExecutionResult, FormattedExecutionResult, GraphQLError } from 'graphql';
import { makeServer, type Server, type SubscribePayload } from 'graphql-ws';
import { AppError } from '#kernel/errors.ts';
import { createRequestId, withRequestId } from '#kernel/request-id.ts';
import { inSpan } from '#kernel/telemetry/tracing.ts';
import { type AdmittedOperation, type OperationAdmission, refusalOf } from '../admission/operation-admission.ts';
import type { SignInSocket } from '../admission/socket-sign-in.ts';
import type { AuthenticatedUser } from '../authentication/authenticator.ts';
import type { OperationContext } from '../authentication/operation-context.ts';
import type { MaskError } from '../errors/public-error.ts';
import type { TakeRequest } from '../limits/request-rate.ts';
import type { StreamCount } from '../limits/stream-count.ts';
import type { RecordOperation } from '../observation/record-operations.ts';
import type { Subscriptions } from '../subscriptions/subscriptions.ts';
import { type ConnectionContext, signInOnSocket } from './signed-in-socket.ts';
import { createSocketAdmission } from './socket-admission.ts';
import type { Connection } from './socket-connections.ts';
import { createSocketResult } from './socket-result.ts';
import { createSocketStream, type SocketStream } from './socket-stream.ts';

export interface SocketProtocolOptions {
  readonly server: ApolloServer<OperationContext>;
  readonly admission: OperationAdmission;
  readonly signInSocket: SignInSocket;
  readonly subscriptions: Subscriptions;
  readonly streams: StreamCount;
  readonly takeRequest: TakeRequest;
  readonly maskError: MaskError;
  readonly recordOperation: RecordOperation;
}

/** Milliseconds that a client has for ConnectionInit, equal to the default of graphql-ws. */
const initDeadlineMs = 3000;

const executionOf = ({ generation, document }: AdmittedOperation, payload: SubscribePayload): ExecutionArgs => ({
  schema: generation.schema,
  document,
  operationName: payload.operationName ?? null,
  variableValues: payload.variables ?? null,
});

const executeOnSocket = async (
  server: ApolloServer<OperationContext>,
  { query, operationName, variables, extensions }: SubscribePayload,
  contextValue: OperationContext,
): Promise<FormattedExecutionResult> => {
  const request = {
    query,
    ...(operationName ? { operationName } : {}),
    ...(variables ? { variables } : {}),
    ...(extensions ? { extensions } : {}),
  };
  const { body } = await withRequestId(contextValue.requestId, () =>
    inSpan('request', { kind: 'server', parent: extensions?.['traceparent'] }, () =>
      server.executeOperation(request, { contextValue }),
    ),
  );
  if (body.kind !== 'single') throw new Error('incremental delivery is not possible here');
  return body.singleResult;
};

export interface SocketProtocol extends Server<Connection> {
  /** Resolves when the queries and mutations that run now have been completed. */
  settled(): Promise<void>;
}

export const createSocketProtocol = (options: SocketProtocolOptions): SocketProtocol => {
  const { server, admission, signInSocket, subscriptions, streams, takeRequest, maskError, recordOperation } = options;
  const users = new WeakMap<object, AuthenticatedUser>();
  const starts = new WeakMap<object, () => SocketStream['iterator']>();
  const payloads = new WeakMap<object, { payload: SubscribePayload; context: OperationContext }>();
  const results = new WeakMap<object, FormattedExecutionResult>();
  const running = new Set<Promise<unknown>>();
  const admit = createSocketAdmission({ admission, streams, takeRequest });

  const signIn = async (context: ConnectionContext): Promise<boolean> => {
    const user = await signInOnSocket(context, signInSocket);
    if (user) users.set(context.extra.socket, user);
    return user !== undefined;
  };

  const admitFor = async (
    context: ConnectionContext,
    id: string,
    payload: SubscribePayload,
  ): Promise<ExecutionArgs | readonly GraphQLError[]> => {
    const { extra } = context;
    const user = users.get(extra.socket);
    if (!user) throw new AppError('UNAUTHENTICATED', 'Sign in with ConnectionInit first.');
    const { admitted, end } = await admit({ user, socket: extra.socket }, payload);
    if ('errors' in admitted) {
      end();
      return admitted.errors;
    }
    const { operation, variables } = admitted;
    const arrival = { requestId: createRequestId(), startedAt: performance.now() };
    const execution = executionOf(admitted, payload);
    if (operation.operation === 'subscription') {
      const operationName = operation.name?.value;
      const traceparent = payload.extensions?.['traceparent'];
      const { requestId } = arrival;
      const carried = { text: payload.query, operationName, variables, traceparent, requestId };
      const subscribe = { ...carried, user, connection: extra.socket };
      starts.set(execution, () => {
        end();
        const carrier = { ...extra, id, subscriptions: context.subscriptions };
        extra.requestIds.set(id, requestId);
        return subscriptions.open(subscribe, (onEnd) =>
          createSocketStream({
            ...carrier,
            onEnd() {
              extra.requestIds.delete(id);
              onEnd();
            },
          }),
        ).iterator;
      });
    } else {
      end();
      payloads.set(execution, { payload, context: { user, ...arrival } });
    }
    return execution;
  };

  const protocol = makeServer<Record<string, unknown>, Connection>({
    connectionInitWaitTimeout: initDeadlineMs,
    onConnect: signIn,
    onSubscribe: (context, id, payload) => admitFor(context, id, payload).catch((fault) => [refusalOf(fault)]),
    execute: (execution) => {
      const known = payloads.get(execution);
      if (!known) throw new Error('an operation was not admitted');
      return createSocketResult(async (signal): Promise<ExecutionResult> => {
        const executing = executeOnSocket(server, known.payload, { ...known.context, signal });
        running.add(executing);
        results.set(execution, await executing.finally(() => running.delete(executing)));
        return {};
      });
    },
    onNext: (_context, _id, _payload, execution) => results.get(execution),
    onError: ({ extra }, _id, _payload, errors) => {
      const requestId = createRequestId();
      const masked = errors.map((error) => maskError(error.toJSON(), error, requestId));
      const user = users.get(extra.socket);
      recordOperation({ type: 'unknown', errors: masked, context: { requestId, ...(user ? { user } : {}) } });
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
