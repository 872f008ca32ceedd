/**
 * A subgraph over HTTP: `POST /graphql` from a holder of an identity token, executed by graphql-js on bare node:http,
 * because each turn makes four such calls. Bodies are bounded; the public reaches nothing here.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import {
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
import type { AccessList } from '../access/access-list.ts';
import { AppError, errorExtensions } from '../errors.ts';
import type { VerifyIdentity } from '../identity.ts';
import type { Logger } from '../log.ts';
import { requestIdHeader, requestIdOf, withRequestId } from '../request-id.ts';
import { activeSpan, inSpan } from '../telemetry/tracing.ts';
import type { SubgraphContext } from './builder.ts';
import type { ReadDocument } from './documents.ts';
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

/** The token of `Authorization: Bearer <token>`; throws UNAUTHENTICATED without one. */
export const bearerToken = (authorization: unknown): string => {
  const token = typeof authorization === 'string' ? /^Bearer (\S+)$/i.exec(authorization)?.[1] : undefined;
  if (token === undefined) throw new AppError('UNAUTHENTICATED', 'This address is for the gateway only.');
  return token;
};

export interface SubgraphHttp {
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
}

/** Kind and first root field of a valid operation. The schema bounds their number. */
const labelOf = ({ operation, selectionSet }: OperationDefinitionNode): string => {
  const field = selectionSet.selections.find((selection) => selection.kind === Kind.FIELD);
  return `${operation} ${field?.name.value ?? 'fragment'}`;
};

interface HttpResult {
  readonly status: number;
  readonly body: { readonly data?: unknown; readonly errors?: readonly GraphQLFormattedError[] };
}

export const createSubgraphHttp = <Context extends SubgraphContext>(options: {
  readonly name: string;
  readonly schema: GraphQLSchema;
  readonly readDocument: ReadDocument;
  readonly createContext: (identity: Identity) => Context;
  readonly verifyIdentity: VerifyIdentity;
  readonly access?: AccessList | undefined;
  readonly logger: Logger;
}): SubgraphHttp => {
  const { schema, logger } = options;
  const masked = (errors: readonly GraphQLError[]) => errors.map((error) => maskError(error, logger));
  const send = (response: ServerResponse, { status, body }: HttpResult): void => {
    // A result that cannot be written is refused, so nothing may be sent before.
    const text = JSON.stringify(body);
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(text);
  };
  const run = async ({ query, variables, operationName }: GraphQLRequest, identity: Identity): Promise<HttpResult> => {
    const observe = requestDuration.start();
    requireStorableText(variables);
    const read = options.readDocument(query);
    if ('errors' in read) return { status: 400, body: { errors: masked(read.errors) } };
    const operation = getOperationAST(read.document, operationName);
    if (operation?.operation === 'subscription') {
      throw new AppError('BAD_USER_INPUT', 'Subscriptions run over WebSocket at the same address.');
    }
    const label = operation ? labelOf(operation) : 'unknown';
    activeSpan().describe(`${options.name} ${label}`);
    const { data, errors } = await execute({
      schema,
      document: read.document,
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
        const given = await options.verifyIdentity(bearerToken(request.headers.authorization));
        const identity = options.access?.admit(given) ?? given;
        const graphqlRequest = await readRequest(request);
        const { traceparent: parent } = request.headers;
        const respond = () => inSpan(options.name, { kind: 'server', parent }, () => run(graphqlRequest, identity));
        send(response, await withRequestId(requestIdOf(request.headers[requestIdHeader]), respond));
      } catch (fault) {
        const requestId = requestIdOf(request.headers[requestIdHeader]);
        if (!(fault instanceof AppError)) options.logger.error({ requestId, err: fault }, 'request failed');
        refuse(
          response,
          fault instanceof AppError
            ? fault
            : new AppError('INTERNAL_SERVER_ERROR', 'Something went wrong on our side.'),
        );
      }
    },
  };
};
