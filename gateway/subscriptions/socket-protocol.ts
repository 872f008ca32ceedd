/**
 * graphql-transport-ws for clients: signs in by ConnectionInit, prepares each operation with the same limits as HTTP,
 * runs queries and mutations through Apollo Server and subscriptions through their live streams. Close codes: 4401 no
 * token or an expired one, 4403 a token that is not valid; the others are graphql-ws's own (4400, 4406, 4408, 4409,
 * 4429).
 */
import type { ApolloServer } from '@apollo/server';
import {
  type ExecutionArgs,
  type FormattedExecutionResult,
  GraphQLError,
  getOperationAST,
  getVariableValues,
} from 'graphql';
import { type Context, makeServer, type Server, type SubscribePayload } from 'graphql-ws';
import { AppError } from '#kernel/errors.ts';
import type { AuthenticatedUser, Authenticator } from '../authentication/authenticator.ts';
import { tokenFromConnectionParams } from '../authentication/bearer-token.ts';
import { toGraphQLError } from '../errors/graphql-error.ts';
import type { MaskError } from '../errors/public-error.ts';
import { checkOperation, checkTokens, type OperationLimits } from '../limits/operation-limits.ts';
import type { TakeRequest } from '../limits/request-rate.ts';
import type { OperationContext } from '../supergraph/operation-context.ts';
import type { SchemaGeneration } from '../supergraph/schema-generation.ts';
import type { PrepareDocument, PreparedDocument } from './prepared-document.ts';
import type { Connection } from './socket-connections.ts';
import type { SubscribeArguments, Subscriptions } from './subscriptions.ts';
import { endWithToken } from './token-expiry.ts';

export interface SocketProtocolOptions {
  readonly server: ApolloServer<OperationContext>;
  current(): SchemaGeneration;
  readonly authenticator: Authenticator;
  readonly prepare: PrepareDocument;
  readonly subscriptions: Subscriptions;
  readonly takeRequest: TakeRequest;
  readonly limits: OperationLimits;
  readonly maskError: MaskError;
}

type ConnectionContext = Context<Record<string, unknown>, Connection>;

/** Milliseconds that a client has for ConnectionInit, as graphql-ws has it. */
const initDeadlineMs = 3000;

export interface SocketProtocol extends Server<Connection> {
  /** Resolves when the queries and mutations that run now are answered. */
  answered(): Promise<void>;
}

export const createSocketProtocol = (options: SocketProtocolOptions): SocketProtocol => {
  const { server, current, authenticator, prepare, subscriptions, takeRequest, limits, maskError } = options;
  const users = new WeakMap<object, AuthenticatedUser>();
  const subscribeArguments = new WeakMap<object, SubscribeArguments>();
  const payloads = new WeakMap<object, { payload: SubscribePayload; user: AuthenticatedUser }>();
  const results = new WeakMap<object, FormattedExecutionResult>();
  const running = new Set<Promise<unknown>>();

  const signIn = async (context: ConnectionContext): Promise<boolean> => {
    const { socket } = context.extra;
    const token = tokenFromConnectionParams(context.connectionParams);
    if (token === undefined) {
      socket.close(4401, 'Unauthorized: send {"authorization": "Bearer <token>"} in ConnectionInit');
      return false;
    }
    try {
      const user = await authenticator.authenticate(token);
      users.set(socket, user);
      endWithToken(user, context);
      return true;
    } catch (fault) {
      if (!(fault instanceof AppError)) throw fault;
      if (fault.code === 'UNAUTHENTICATED') socket.close(4403, `Forbidden: ${fault.message}`);
      else socket.close(1013, fault.message);
      return false;
    }
  };

  const args = (
    generation: SchemaGeneration,
    prepared: PreparedDocument,
    payload: SubscribePayload,
  ): ExecutionArgs => ({
    schema: generation.schema,
    document: prepared.document,
    operationName: payload.operationName ?? null,
    variableValues: payload.variables ?? null,
  });

  const admit = async (
    context: ConnectionContext,
    id: string,
    payload: SubscribePayload,
  ): Promise<ExecutionArgs | readonly GraphQLError[]> => {
    const { socket } = context.extra;
    const user = users.get(socket);
    if (!user) throw new AppError('UNAUTHENTICATED', 'Sign in with ConnectionInit first.');
    await takeRequest(user.identity);
    checkTokens(payload.query, limits);
    const generation = current();
    const preparation = prepare(generation, payload.query);
    if ('errors' in preparation) return preparation.errors;
    const { prepared } = preparation;
    const operation = getOperationAST(prepared.document, payload.operationName);
    if (!operation) {
      return [
        new GraphQLError('Name the operation of the document that is to run.', {
          extensions: { code: 'OPERATION_RESOLUTION_FAILURE' },
        }),
      ];
    }
    const variables = payload.variables ?? {};
    checkOperation({ schema: generation.schema, operation, fragments: prepared.fragments, variables }, limits);
    const execution = args(generation, prepared, payload);
    if (operation.operation !== 'subscription') {
      payloads.set(execution, { payload, user });
      return execution;
    }
    const { errors } = getVariableValues(generation.schema, operation.variableDefinitions ?? [], variables, {
      maxErrors: 10,
    });
    if (errors) {
      return errors.map(
        (error) => new GraphQLError(error.message, { originalError: error, extensions: { code: 'BAD_USER_INPUT' } }),
      );
    }
    subscribeArguments.set(execution, {
      text: payload.query,
      operationName: operation.name?.value,
      variables,
      user,
      id,
      connection: context.extra,
      clientSubscriptions: context.subscriptions,
    });
    return execution;
  };

  const mask = (error: GraphQLError): ReturnType<MaskError> => maskError(error.toJSON(), error);

  const protocol = makeServer<Record<string, unknown>, Connection>({
    connectionInitWaitTimeout: initDeadlineMs,
    onConnect: signIn,
    onSubscribe: async (context, id, payload) => {
      try {
        return await admit(context, id, payload);
      } catch (fault) {
        if (fault instanceof AppError) return [toGraphQLError(fault)];
        return [
          fault instanceof GraphQLError
            ? fault
            : new GraphQLError('masked', { originalError: fault instanceof Error ? fault : new Error(String(fault)) }),
        ];
      }
    },
    execute: async (execution) => {
      const known = payloads.get(execution);
      if (!known) throw new Error('an operation was not admitted');
      const { query, operationName, variables, extensions } = known.payload;
      const execute = server.executeOperation(
        {
          query,
          ...(operationName ? { operationName } : {}),
          ...(variables ? { variables } : {}),
          ...(extensions ? { extensions } : {}),
        },
        { contextValue: { user: known.user } },
      );
      running.add(execute);
      const { body } = await execute.finally(() => running.delete(execute));
      if (body.kind !== 'single') throw new Error('incremental delivery is not possible here');
      results.set(execution, body.singleResult);
      return {};
    },
    onNext: (_context, _id, _payload, execution) => results.get(execution),
    onError: (_context, _id, _payload, errors) => errors.map(mask),
    subscribe: (execution) => {
      const known = subscribeArguments.get(execution);
      if (!known) throw new Error('a subscription was not admitted');
      return subscriptions.open(known);
    },
  });
  return {
    ...protocol,
    async answered() {
      await Promise.allSettled(running);
      // graphql-ws sends the results in the turn of the event loop that is under way.
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
};
