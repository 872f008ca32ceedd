/**
 * GraphQL over HTTP on bare node:http: signs the sender in, then reads the request, lets the streams answer what asks
 * for one, direct answers what is usual, and Apollo Server the rest, through its integration API
 * (`executeHTTPGraphQLRequest`: media types, GET for queries only, CSRF prevention, persisted queries, no batching),
 * writes the response. Every fault of the client is an answer with a code; only a broken connection is not answered.
 * Invariant: the body of a sender who is refused is not read.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ApolloServer, HeaderMap } from '@apollo/server';
import { AppError, errorCodes, errorExtensions } from '#kernel/errors.ts';
import type { Logger } from '#kernel/log.ts';
import { inSpan } from '#kernel/telemetry/tracing.ts';
import { createFairQueue } from '../planning/fair-queue.ts';
import { askerOf } from '../planning/planner.ts';
import type { OperationContext } from '../supergraph/operation-context.ts';
import type { AdmitRequest } from './admission.ts';
import { writeChunks } from './chunked-answer.ts';
import { type AnswerDirectly, usualRequest } from './direct-answers.ts';
import { refuse } from './http-fault.ts';
import { discardBody, readBody } from './request-body.ts';
import { parametersOf } from './request-parameters.ts';
import { scopeOf } from './request-scope.ts';
import type { HttpStreams } from './stream-over-http.ts';
import { writeWhole } from './whole-answer.ts';

export interface GraphQLOverHttpOptions {
  readonly server: ApolloServer<OperationContext>;
  readonly admitRequest: AdmitRequest;
  readonly answerDirectly: AnswerDirectly;
  /** What is answered by a stream. */
  readonly streams: HttpStreams;
  readonly maxBodyBytes: number;
  /** Milliseconds after which a client is cut off that takes nothing of its answer. */
  readonly silentMs: number;
  readonly logger: Logger;
}

/** A body of more than these bytes is read in turn, so that many of them do not hold up all others. */
const smallBytes = 64 * 1024;

/** Content types that browsers send without a preflight: Apollo Server's CSRF prevention refuses them. */
const simpleContentTypes: ReadonlySet<string> = new Set([
  'application/x-www-form-urlencoded',
  'multipart/form-data',
  'text/plain',
]);

/** What a request has for a body: JSON, something that cannot be read, or none that is looked at. */
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

type Answer = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

export const answerGraphQL = (options: GraphQLOverHttpOptions): Answer => {
  const { server, admitRequest, answerDirectly, streams, maxBodyBytes, silentMs, logger } = options;
  const largeBodies = createFairQueue();

  /** Undefined when the request is refused already; its body is undefined when there is none to read. */
  const parse = async (
    request: IncomingMessage,
    response: ServerResponse,
    sender: OperationContext,
  ): Promise<{ body: unknown } | undefined> => {
    const kind = bodyKind(request);
    if (kind === 'none') return { body: undefined };
    if (kind === 'other') {
      refuse(response, 415, 'Send the request as application/json in UTF-8.', { code: 'BAD_REQUEST' });
      return undefined;
    }
    const bytes = await readBody(request, maxBodyBytes);
    const read = (): unknown => JSON.parse(bytes.toString('utf8'));
    try {
      if (bytes.length <= smallBytes) return { body: read() };
      return { body: await largeBodies.run(askerOf(sender.user), read) };
    } catch (fault) {
      if (fault instanceof AppError) throw fault;
      refuse(response, 400, 'The body of the request is not valid JSON.', { code: 'BAD_REQUEST' });
      return undefined;
    }
  };

  /** @param context rejects where the sender is refused. */
  const answerByApollo = async (
    request: IncomingMessage,
    response: ServerResponse,
    body: unknown,
    context: () => Promise<OperationContext>,
  ): Promise<void> => {
    const { method = 'GET' } = request;
    const answered = await server.executeHTTPGraphQLRequest({
      httpGraphQLRequest: { method, headers: headersOf(request), search: searchOf(request), body },
      context,
    });
    for (const [name, value] of answered.headers) response.setHeader(name, value);
    response.statusCode = answered.status ?? 200;
    if (answered.body.kind === 'complete') writeWhole(response, answered.body.string, silentMs);
    else await writeChunks(response, answered.body.asyncIterator, silentMs);
  };

  const refuseSender = async (request: IncomingMessage, response: ServerResponse, fault: unknown): Promise<void> => {
    discardBody(request);
    if (streams.refuse(request, response, fault)) return;
    await answerByApollo(request, response, undefined, () => Promise.reject(fault));
  };

  const answer: Answer = async (request, response) => {
    let sender: OperationContext;
    try {
      sender = await admitRequest(request);
    } catch (fault) {
      await refuseSender(request, response, fault);
      return;
    }
    const context = { ...sender, ...scopeOf(request, response) };
    const parsed = await parse(request, response, sender);
    if (!parsed) return;
    const { body } = parsed;
    const usual = usualRequest(request, body);
    if (usual) {
      if (await answerDirectly(usual, context, response)) return;
    } else {
      const parameters = parametersOf(request.method ?? 'GET', body, searchOf(request));
      if (await streams.answer(request, response, parameters, context)) return;
    }
    await answerByApollo(request, response, body, async () => context);
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
