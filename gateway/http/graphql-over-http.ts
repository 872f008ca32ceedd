/**
 * GraphQL over HTTP on bare node:http. It authenticates the sender, reads the request, and passes it on: stream
 * requests to the streams, usual requests to direct execution, and the rest to Apollo Server through its integration
 * API (`executeHTTPGraphQLRequest`: media types, GET for queries only, CSRF prevention, persisted queries, no
 * batching). Every client fault gets a response with a code; only a broken connection gets none. Invariant: the body of
 * a refused sender is not read.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ApolloServer, HeaderMap } from '@apollo/server';
import { GraphQLError } from 'graphql';
import { AppError } from '#kernel/errors.ts';
import type { Logger } from '#kernel/log.ts';
import { createRequestId, requestIdHeader, withRequestId } from '#kernel/request-id.ts';
import { inSpan } from '#kernel/telemetry/tracing.ts';
import type { PublicOperations } from '../admission/public-operations.ts';
import type { AuthenticateRequest } from '../admission/request-authentication.ts';
import type { OperationContext } from '../authentication/operation-context.ts';
import { payerOf } from '../authentication/payer.ts';
import type { RecordOperation } from '../observation/record-operations.ts';
import { createFairQueue } from '../planning/fair-queue.ts';
import { writeChunks } from './chunked-response.ts';
import { type ExecuteDirectly, usualRequest } from './direct-execution.ts';
import { type Refusal, refuse, respondToFault } from './http-fault.ts';
import { discardBody, readBody } from './request-body.ts';
import { parametersOf } from './request-parameters.ts';
import { scopeOf } from './request-scope.ts';
import type { RequestHandler } from './routes.ts';
import type { HttpStreams } from './stream-over-http.ts';
import { writeBody } from './whole-response.ts';

export interface GraphQLOverHttpOptions {
  readonly server: ApolloServer<OperationContext>;
  readonly authenticateRequest: AuthenticateRequest;
  /** Says which operations need no sign-in. */
  readonly publicOperations: Pick<PublicOperations, 'withVisitor'>;
  readonly executeDirectly: ExecuteDirectly;
  /** Handles requests that accept a stream. */
  readonly streams: HttpStreams;
  readonly recordOperation: RecordOperation;
  readonly maxBodyBytes: number;
  /** Milliseconds after which a client that does not read its response is disconnected. */
  readonly stallTimeoutMs: number;
  readonly logger: Logger;
}

/** Apollo's page limits its scripts, styles and frames itself, with a nonce; a page cannot forbid to be framed. */
const landingPagePolicy = "frame-ancestors 'none'; object-src 'none'; base-uri 'none'; form-action 'none'";

/** Larger bodies are parsed through a fair queue, so that many of them do not hold up everybody else. */
const smallBytes = 64 * 1024;

/** Content types that browsers send without a preflight: Apollo Server's CSRF prevention refuses them. */
const simpleContentTypes: ReadonlySet<string> = new Set([
  'application/x-www-form-urlencoded',
  'multipart/form-data',
  'text/plain',
]);

/** The kind of a request's body: JSON, unreadable, or none that matters. */
const bodyKind = ({ method, headers }: IncomingMessage): 'json' | 'other' | 'none' => {
  const given = headers['content-type'] ?? '';
  if (method !== 'POST') return 'none';
  if (given === 'application/json') return 'json';
  const [type = '', ...parameters] = given
    .toLowerCase()
    .split(';')
    .map((part) => part.trim());
  if (type === '' || simpleContentTypes.has(type)) return 'none';
  const charset = parameters.find((parameter) => parameter.startsWith('charset='));
  const isUtf8 = charset === undefined || charset === 'charset=utf-8' || charset === 'charset="utf-8"';
  return type === 'application/json' && isUtf8 ? 'json' : 'other';
};

const headersOf = (request: IncomingMessage): HeaderMap => {
  const headers = new HeaderMap();
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  return headers;
};

const searchOf = ({ url = '' }: IncomingMessage): string => {
  const at = url.indexOf('?');
  return at === -1 ? '' : url.slice(at);
};

const badRequest = (message: string): Refusal => ({ message, extensions: { code: 'BAD_REQUEST' } });

/** When a request came, and the name that it got. */
type Arrival = Required<Pick<OperationContext, 'requestId' | 'startedAt'>>;
export const handleGraphQL = (options: GraphQLOverHttpOptions): RequestHandler => {
  const { server, authenticateRequest, executeDirectly, streams, maxBodyBytes, stallTimeoutMs, logger } = options;
  const { publicOperations, recordOperation } = options;
  const largeBodies = createFairQueue();

  /** Undefined when the request was refused already. Its body is undefined when there is none to read. */
  const parse = async (
    request: IncomingMessage,
    response: ServerResponse,
    sender: OperationContext,
  ): Promise<{ body: unknown } | undefined> => {
    const kind = bodyKind(request);
    if (kind === 'none') return { body: undefined };
    if (kind === 'other') {
      refuse(response, 415, badRequest('Send the request as application/json in UTF-8.'));
      return undefined;
    }
    const bytes = await readBody(request, maxBodyBytes);
    const read = (): unknown => JSON.parse(bytes.toString('utf8'));
    try {
      if (bytes.length <= smallBytes) return { body: read() };
      return { body: await largeBodies.run(payerOf(sender.user), read) };
    } catch (fault) {
      if (fault instanceof AppError) throw fault;
      refuse(response, 400, badRequest('The body of the request is not valid JSON.'));
      return undefined;
    }
  };

  /** @param context rejects when the sender is refused. */
  const executeWithApollo = async (
    request: IncomingMessage,
    response: ServerResponse,
    body: unknown,
    context: () => Promise<OperationContext>,
  ): Promise<void> => {
    const { method = 'GET' } = request;
    const result = await server.executeHTTPGraphQLRequest({
      httpGraphQLRequest: { method, headers: headersOf(request), search: searchOf(request), body },
      context,
    });
    for (const [name, value] of result.headers) response.setHeader(name, value);
    if (result.headers.get('content-type')?.startsWith('text/html')) {
      response.setHeader('content-security-policy', landingPagePolicy);
    }
    response.statusCode = result.status ?? 200;
    if (result.body.kind === 'complete') writeBody(response, result.body.string, stallTimeoutMs);
    else await writeChunks(response, result.body.asyncIterator, stallTimeoutMs);
  };

  const refuseSender = async (
    request: IncomingMessage,
    response: ServerResponse,
    { fault, arrival }: { readonly fault: unknown; readonly arrival: Arrival },
  ): Promise<void> => {
    discardBody(request);
    recordOperation({ type: 'unknown', errors: [fault instanceof GraphQLError ? fault : {}], context: arrival });
    if (streams.refuse(request, response, fault)) return;
    await executeWithApollo(request, response, undefined, () => Promise.reject(fault));
  };

  const handle = async (request: IncomingMessage, response: ServerResponse, arrival: Arrival): Promise<void> => {
    let sender: OperationContext;
    try {
      sender = await authenticateRequest(request);
    } catch (fault) {
      await refuseSender(request, response, { fault, arrival });
      return;
    }
    const parsed = await parse(request, response, sender);
    if (!parsed) return;
    const { body } = parsed;
    const usual = usualRequest(request, body);
    try {
      sender = publicOperations.withVisitor(sender, usual, request);
    } catch (fault) {
      await refuseSender(request, response, { fault, arrival });
      return;
    }
    const context = { ...sender, ...arrival, ...scopeOf(request, response) };
    if (usual) {
      if (await executeDirectly(usual, context, response)) return;
    } else {
      const parameters = parametersOf(request.method ?? 'GET', body, searchOf(request));
      if (await streams.handle(request, response, parameters, context)) return;
    }
    await executeWithApollo(request, response, body, async () => context);
  };

  const respond = async (request: IncomingMessage, response: ServerResponse, arrival: Arrival): Promise<void> => {
    try {
      const { traceparent: parent } = request.headers;
      await inSpan('request', { kind: 'server', parent }, () => handle(request, response, arrival));
    } catch (fault) {
      respondToFault(request, response, fault, logger);
    }
  };

  return (request, response) => {
    const arrival = { requestId: createRequestId(), startedAt: performance.now() };
    response.setHeader(requestIdHeader, arrival.requestId);
    return withRequestId(arrival.requestId, () => respond(request, response, arrival));
  };
};
