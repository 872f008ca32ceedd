/**
 * Subscriptions over HTTP. A request that accepts a stream is authenticated and limited like any other, and its
 * subscription runs in the same core as one over a socket. A refusal of the request itself (no token, too many
 * requests) is a plain response with its status; errors of the operation are events of the stream, as GraphQL over SSE
 * requires. A query or a mutation that accepts nothing but events gets its result as one event.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ApolloServer } from '@apollo/server';
import { GraphQLError } from 'graphql';
import { AppError } from '#kernel/errors.ts';
import { type AcceptedStream, acceptedStream } from '#kernel/result-streams/accepted-stream.ts';
import { type AdmittedOperation, type OperationAdmission, refusalOf } from '../admission/operation-admission.ts';
import { tokenMissing } from '../admission/request-authentication.ts';
import { ofRequest, onSignInEnd } from '../admission/sign-in-end.ts';
import type { OperationContext } from '../authentication/operation-context.ts';
import type { MaskError } from '../errors/public-error.ts';
import type { KeepAlive } from '../limits/keep-alive.ts';
import type { RecordOperation } from '../observation/record-operations.ts';
import type { Subscriptions } from '../subscriptions/subscriptions.ts';
import { respondWithFault } from './http-fault.ts';
import { createHttpStream, type HttpStream } from './http-stream.ts';
import type { RequestParameters } from './request-parameters.ts';

export interface HttpStreamsOptions {
  readonly server: ApolloServer<OperationContext>;
  readonly admission: OperationAdmission;
  readonly subscriptions: Subscriptions;
  readonly maskError: MaskError;
  readonly recordOperation: RecordOperation;
  readonly keepAlive: KeepAlive;
}

export interface HttpStreams {
  /**
   * Handles a request for a stream. Resolves to false when the request accepts no stream, or is left to the caller
   * because JSON is accepted too.
   */
  handle(
    request: IncomingMessage,
    response: ServerResponse,
    parameters: RequestParameters | undefined,
    context: OperationContext,
  ): Promise<boolean>;
  /** Refuses the sender of a request for a stream. Returns false as `handle` does. */
  refuse(request: IncomingMessage, response: ServerResponse, fault: unknown): boolean;
  /** Aborts all streams, so that their clients continue elsewhere. */
  close(): void;
}

interface RequestedSubscription {
  readonly query: string;
  readonly admitted: AdmittedOperation;
  readonly context: OperationContext;
}

const notAllowedByGet = (): GraphQLError =>
  new GraphQLError('A mutation must be sent with POST.', { extensions: { code: 'BAD_REQUEST' } });
const noOperation = (): GraphQLError =>
  new GraphQLError('Send the text of the operation as query, and its variables as an object.', {
    extensions: { code: 'BAD_REQUEST' },
  });

const wantsStream = ({ method, headers }: IncomingMessage): AcceptedStream | undefined =>
  method === 'GET' || method === 'POST' ? acceptedStream(headers.accept) : undefined;

/** Refuses the whole request. Throws the fault when it is unexpected, or when the response has begun. */
const refuseRequest = (response: ServerResponse, fault: unknown, maskError: MaskError): GraphQLError => {
  if (response.headersSent || !(fault instanceof AppError || fault instanceof GraphQLError)) throw fault;
  const refusal = refusalOf(fault);
  respondWithFault(response, refusal, maskError);
  return refusal;
};

/** The cursor after which the client wants to resume. */
const lastEventIdOf = ({ headers }: IncomingMessage): string | undefined => {
  const id = headers['last-event-id'];
  return typeof id === 'string' && id !== '' ? id : undefined;
};

/**
 * Executes a query or a mutation, and sends its result as the only event of a stream. Rejects for an unexpected fault,
 * before anything is sent.
 */
const executeOnce = async (
  server: ApolloServer<OperationContext>,
  stream: HttpStream,
  { query, operationName, variables, extensions }: RequestParameters,
  contextValue: OperationContext,
): Promise<void> => {
  const { body } = await server.executeOperation(
    {
      query,
      ...(operationName ? { operationName } : {}),
      ...(variables ? { variables } : {}),
      ...(extensions ? { extensions } : {}),
    },
    { contextValue },
  );
  if (body.kind !== 'single') throw new Error('incremental delivery is not possible here');
  stream.next(Buffer.from(JSON.stringify(body.singleResult)), undefined);
  stream.complete();
};

export const createHttpStreams = (options: HttpStreamsOptions): HttpStreams => {
  const { server, admission, subscriptions, maskError, recordOperation, keepAlive } = options;
  const running = new Set<HttpStream>();

  const openStream = (response: ServerResponse, accepted: AcceptedStream, onEnd: () => void): HttpStream => {
    const stream = createHttpStream({
      response,
      format: accepted.format,
      keepAlive,
      onEnd() {
        running.delete(stream);
        onEnd();
      },
    });
    running.add(stream);
    return stream;
  };

  const openOnly = (response: ServerResponse, accepted: AcceptedStream): HttpStream =>
    openStream(response, accepted, () => {});

  /** Refuses an operation in its stream. */
  const refuseOperation = (stream: HttpStream, errors: readonly GraphQLError[], context: OperationContext): void => {
    const masked = errors.map((error) => maskError(error.toJSON(), error));
    recordOperation({ type: 'unknown', errors: masked, context });
    stream.error(masked);
  };

  const subscribe = (
    response: ServerResponse,
    accepted: AcceptedStream,
    { query, admitted, context }: RequestedSubscription,
  ): void => {
    const { user, requestId } = context;
    if (!user) throw context.signInFault ?? tokenMissing();
    const { operation, variables } = admitted;
    let forgetSignIn: (() => void) | undefined;
    const stream = subscriptions.open(
      {
        text: query,
        operationName: operation.name?.value,
        variables,
        user,
        requestId,
        connection: response,
        after: lastEventIdOf(response.req),
      },
      (onEnd) =>
        openStream(response, accepted, () => {
          forgetSignIn?.();
          onEnd();
        }),
    );
    if (running.has(stream)) forgetSignIn = onSignInEnd(user, (errors) => stream.error(ofRequest(errors, requestId)));
  };

  return {
    async handle(request, response, parameters, context) {
      const accepted = wantsStream(request);
      if (!accepted || (!parameters && accepted.orJson)) return false;
      try {
        const admitted = parameters ? await admission.admit(parameters, context.user) : { errors: [noOperation()] };
        if ('errors' in admitted) {
          if (accepted.orJson) return false;
          refuseOperation(openOnly(response, accepted), admitted.errors, context);
        } else if (parameters && admitted.operation.operation === 'subscription') {
          subscribe(response, accepted, { query: parameters.query, admitted, context });
        } else if (!parameters || accepted.orJson) {
          return false;
        } else if (request.method === 'GET' && admitted.operation.operation === 'mutation') {
          refuseOperation(openOnly(response, accepted), [notAllowedByGet()], context);
        } else {
          const stream = openOnly(response, accepted);
          await executeOnce(server, stream, parameters, context).catch((fault: unknown) =>
            refuseOperation(stream, [refusalOf(fault)], context),
          );
        }
      } catch (fault) {
        const refusal = refuseRequest(response, fault, maskError);
        recordOperation({ type: 'unknown', errors: [refusal], context });
      }
      return true;
    },
    refuse(request, response, fault) {
      if (!wantsStream(request)) return false;
      refuseRequest(response, fault, maskError);
      return true;
    },
    close() {
      for (const stream of running) stream.abort();
    },
  };
};
