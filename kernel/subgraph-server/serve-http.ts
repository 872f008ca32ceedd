/**
 * A subgraph over HTTP: `POST /graphql` from a caller with a token, executed by graphql-js on bare node:http, because
 * each turn makes four such calls. Bodies are bounded; the public reaches nothing here.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  type DocumentNode,
  execute,
  type GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
  getOperationAST,
  Kind,
  type OperationDefinitionNode,
} from 'graphql';
import { z } from 'zod';
import { errorCodes, toErrorCode } from '#contracts/error-codes.ts';
import type { Identity } from '#contracts/identity.ts';
import { parseBearer } from '../access-tokens/bearer-token.ts';
import { AppError, errorExtensions, unforeseen } from '../errors.ts';
import type { Logger } from '../log.ts';
import { requestIdHeader, requestIdOf, withRequestId } from '../request-id.ts';
import { acceptedStream } from '../result-streams/accepted-stream.ts';
import { activeSpan, inSpan } from '../telemetry/tracing.ts';
import type { SubgraphContext } from './builder.ts';
import type { IdentifyCaller } from './callers.ts';
import type { ReadDocument } from './documents.ts';
import { type HttpSubscriptionOptions, serveHttpSubscription } from './http-subscription.ts';
import { maskError } from './mask-error.ts';
import { requestDuration } from './metrics.ts';
import { requireStorableText } from './storable-text.ts';

/** Bytes of a request body: enough for a page of entity representations and a long message. */
const maxBodyBytes = 4 * 1024 * 1024;

const requestSchema = z.object({
  query: z.string(),
  variables: z.record(z.string(), z.unknown()).nullish(),
  operationName: z.string().nullish(),
});
type GraphQLRequest = z.infer<typeof requestSchema>;

const readRequest = async (request: IncomingMessage): Promise<GraphQLRequest> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) continue;
    size += chunk.length;
    if (size > maxBodyBytes) throw new AppError('PAYLOAD_TOO_LARGE', `A request may have ${maxBodyBytes} bytes.`);
    chunks.push(chunk);
  }
  try {
    return requestSchema.parse(JSON.parse(Buffer.concat(chunks).toString()));
  } catch (cause) {
    throw new AppError('BAD_USER_INPUT', 'The body is not JSON with a "query".', { cause });
  }
};

export interface SubgraphHttp {
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
}

/** Kind and first root field of a valid operation. The schema bounds their number. */
const labelOf = ({ operation, selectionSet }: OperationDefinitionNode): string => {
  const field = selectionSet.selections.find((selection) => selection.kind === Kind.FIELD);
  return `${operation} ${field?.name.value ?? 'fragment'}`;
};

/** A request whose document is valid. */
interface ValidRequest extends Omit<GraphQLRequest, 'query'> {
  readonly document: DocumentNode;
}

const notAStream = (): AppError =>
  new AppError(
    'BAD_USER_INPUT',
    'Subscriptions run over WebSocket at the same address, as server-sent events (accept: text/event-stream), or as multipart (accept: multipart/mixed; subscriptionSpec=1.0).',
  );

interface HttpResult {
  readonly status: number;
  readonly body: { readonly data?: unknown; readonly errors?: readonly GraphQLFormattedError[] };
}

interface HttpOptions<Context extends SubgraphContext> extends HttpSubscriptionOptions {
  readonly name: string;
  readonly schema: GraphQLSchema;
  readonly readDocument: ReadDocument;
  readonly createContext: (identity: Identity) => Context;
  readonly identify: IdentifyCaller;
  readonly logger: Logger;
}

export const createSubgraphHttp = <Context extends SubgraphContext>(options: HttpOptions<Context>): SubgraphHttp => {
  const { schema, logger } = options;
  const masked = (errors: readonly GraphQLError[]) => errors.map((error) => maskError(error, logger));
  const send = (response: ServerResponse, { status, body }: HttpResult): void => {
    // A result that cannot be written is refused, so nothing may be sent before.
    const text = JSON.stringify(body);
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(text);
  };
  const run = async ({ document, variables, operationName }: ValidRequest, identity: Identity): Promise<HttpResult> => {
    const observe = requestDuration.start();
    const operation = getOperationAST(document, operationName);
    const label = operation ? labelOf(operation) : 'unknown';
    activeSpan().describe(`${options.name} ${label}`);
    const { data, errors } = await execute({
      schema,
      document,
      operationName: operationName ?? null,
      variableValues: variables ?? null,
      contextValue: options.createContext(identity),
    });
    const shown = errors ? masked(errors) : undefined;
    const outcome = shown ? toErrorCode(shown[0]?.extensions?.['code']) : 'OK';
    observe({ service: options.name, operation: label, outcome });
    if (shown) activeSpan().describe(`${options.name} ${label}`, { 'error.type': outcome });
    return {
      status: data === undefined ? 400 : 200,
      body: { ...(shown ? { errors: shown } : {}), ...(data === undefined ? {} : { data }) },
    };
  };
  const refuse = (response: ServerResponse, error: AppError): void => {
    if (response.headersSent) {
      response.destroy();
      return;
    }
    response.writeHead(errorCodes[error.code], { 'content-type': 'application/json', connection: 'close' });
    response.end(JSON.stringify({ errors: [{ message: error.message, extensions: errorExtensions(error) }] }));
  };
  return {
    async handle(request, response) {
      if (request.method !== 'POST' || request.url?.split('?', 1)[0] !== '/graphql') {
        response.writeHead(404).end();
        return;
      }
      try {
        const caller = await options.identify(parseBearer(request.headers.authorization));
        const { query, variables, operationName } = await readRequest(request);
        const { traceparent: parent } = request.headers;
        requireStorableText(variables);
        const read = options.readDocument(query);
        if ('errors' in read) {
          send(response, { status: 400, body: { errors: masked(read.errors) } });
          return;
        }
        const valid: ValidRequest = { document: read.document, variables, operationName };
        if (getOperationAST(read.document, operationName)?.operation === 'subscription') {
          const accepted = acceptedStream(request.headers.accept);
          if (!accepted) throw notAStream();
          await serveHttpSubscription(options, response, accepted.format, (sink) =>
            options.subscriptions.prepare({ ...valid, caller, traceparent: parent, sink }),
          );
          return;
        }
        const respond = () => inSpan(options.name, { kind: 'server', parent }, () => run(valid, caller.identity));
        send(response, await withRequestId(requestIdOf(request.headers[requestIdHeader]), respond));
      } catch (fault) {
        const requestId = requestIdOf(request.headers[requestIdHeader]);
        if (!(fault instanceof AppError)) options.logger.error({ requestId, err: fault }, 'request failed');
        refuse(response, fault instanceof AppError ? fault : new AppError('INTERNAL_SERVER_ERROR', unforeseen));
      }
    },
  };
};
