/**
 * GraphQL over HTTP on bare node:http: reads the request, lets the streams answer what asks for one and Apollo Server the
 * rest, through its integration API (`executeHTTPGraphQLRequest`: media types, GET for queries only, CSRF prevention,
 * persisted queries, no batching), writes the response. Every fault of the client is an answer with a code; only a broken connection is not answered.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ApolloServer, HeaderMap } from '@apollo/server';
import { AppError, errorCodes, errorExtensions } from '#kernel/errors.ts';
import type { Logger } from '#kernel/log.ts';
import { inSpan } from '#kernel/telemetry/tracing.ts';
import type { OperationContext } from '../supergraph/operation-context.ts';
import { writeChunks } from './chunked-answer.ts';
import { refuse } from './http-fault.ts';
import { readBody } from './request-body.ts';
import { parametersOf, textOf } from './request-parameters.ts';
import { scopeOf } from './request-scope.ts';
import type { HttpStreams } from './stream-over-http.ts';

export interface GraphQLOverHttpOptions {
  readonly server: ApolloServer<OperationContext>;
  /** Authenticates and admits; throws a GraphQLError with its HTTP status. `query` is the text, unless only its hash was sent. */
  contextOf(request: IncomingMessage, query: string | undefined): Promise<OperationContext>;
  /** What is answered by a stream. */
  readonly streams: HttpStreams;
  readonly maxBodyBytes: number;
  readonly logger: Logger;
}

/** Content types that browsers send without a preflight: Apollo Server's CSRF prevention refuses them. */
const simpleContentTypes: ReadonlySet<string> = new Set([
  'application/x-www-form-urlencoded',
  'multipart/form-data',
  'text/plain',
]);

const headersOf = (request: IncomingMessage): HeaderMap => {
  const headers = new HeaderMap();
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  return headers;
};

type Answer = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

export const answerGraphQL = ({ server, contextOf, streams, maxBodyBytes, logger }: GraphQLOverHttpOptions): Answer => {
  /** Undefined when the request is refused already; its body is undefined when there is none to read. */
  const parse = async (request: IncomingMessage, response: ServerResponse): Promise<{ body: unknown } | undefined> => {
    const [type = '', ...parameters] = (request.headers['content-type'] ?? '').toLowerCase().split(';');
    const charset = parameters
      .map((parameter) => parameter.trim())
      .find((parameter) => parameter.startsWith('charset='));
    if (request.method !== 'POST' || type === '' || simpleContentTypes.has(type.trim())) return { body: undefined };
    if (type.trim() !== 'application/json' || !['charset=utf-8', 'charset="utf-8"', undefined].includes(charset)) {
      refuse(response, 415, 'Send the request as application/json in UTF-8.', { code: 'BAD_REQUEST' });
      return undefined;
    }
    const text = await readBody(request, maxBodyBytes);
    try {
      return { body: JSON.parse(text) };
    } catch {
      refuse(response, 400, 'The body of the request is not valid JSON.', { code: 'BAD_REQUEST' });
      return undefined;
    }
  };

  const answer: Answer = async (request, response) => {
    const parsed = await parse(request, response);
    if (!parsed) return;
    const { body } = parsed;
    const at = request.url?.indexOf('?') ?? -1;
    const search = at === -1 ? '' : (request.url ?? '').slice(at);
    const method = request.method ?? 'GET';
    const decision = await streams.answer(request, response, parametersOf(method, body, search));
    if (decision.isAnswered) return;
    const { context } = decision;
    const answered = await server.executeHTTPGraphQLRequest({
      httpGraphQLRequest: { method, headers: headersOf(request), search, body },
      context: async () => ({
        ...(context ?? (await contextOf(request, textOf(body, search)))),
        ...scopeOf(request, response),
      }),
    });
    for (const [name, value] of answered.headers) response.setHeader(name, value);
    response.statusCode = answered.status ?? 200;
    if (answered.body.kind === 'complete') {
      const { string } = answered.body;
      const bytes = Buffer.byteLength(string);
      response.setHeader('content-length', bytes);
      // As many bytes as characters is ASCII, which is written without being converted.
      response.end(string, bytes === string.length ? 'latin1' : 'utf8');
      return;
    }
    await writeChunks(response, answered.body.asyncIterator);
  };

  return async (request, response) => {
    try {
      const { traceparent: parent } = request.headers;
      await inSpan('request', { kind: 'server', parent }, () => answer(request, response));
    } catch (fault) {
      if (response.headersSent || request.destroyed) {
        response.destroy();
      } else if (fault instanceof AppError) {
        refuse(response, errorCodes[fault.code], fault.message, errorExtensions(fault));
      } else {
        logger.error({ err: fault }, 'a request failed');
        refuse(response, 500, 'Something went wrong on our side.', { code: 'INTERNAL_SERVER_ERROR' });
      }
    }
  };
};
