/**
 * A subgraph over HTTP: `POST /graphql` from a holder of an identity token, through Apollo Server's HTTP integration on
 * bare node:http. Bodies are bounded; nothing here is reachable for the public.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { ApolloServer, HeaderMap } from '@apollo/server';
import { ApolloServerPluginInlineTraceDisabled } from '@apollo/server/plugin/disabled';
import type { GraphQLSchema } from 'graphql';
import { AppError, errorCodes, errorExtensions } from '../errors.ts';
import type { Identity, VerifyIdentity } from '../identity.ts';
import type { Logger } from '../log.ts';
import type { SubgraphContext } from './builder.ts';
import { maskError } from './mask-error.ts';

/** Bytes of a request body: a page of entity representations and a long message fit, nothing else needs to. */
const maxBodyBytes = 4 * 1024 * 1024;

const readBody = async (request: IncomingMessage): Promise<unknown> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) continue;
    size += chunk.length;
    if (size > maxBodyBytes) throw new AppError('PAYLOAD_TOO_LARGE', `A request may have ${maxBodyBytes} bytes.`);
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString());
  } catch (cause) {
    throw new AppError('BAD_USER_INPUT', 'The body is not JSON.', { cause });
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
  stop(): Promise<void>;
}

export const createSubgraphHttp = async <Context extends SubgraphContext>(options: {
  readonly schema: GraphQLSchema;
  readonly createContext: (identity: Identity) => Context;
  readonly verifyIdentity: VerifyIdentity;
  readonly logger: Logger;
}): Promise<SubgraphHttp> => {
  const apollo = new ApolloServer<Context>({
    schema: options.schema,
    introspection: true,
    csrfPrevention: false,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    nodeEnv: 'production',
    persistedQueries: false,
    plugins: [ApolloServerPluginInlineTraceDisabled()],
    formatError: (formatted, error) => maskError(error, options.logger, formatted),
  });
  await apollo.start();
  const refuse = (response: ServerResponse, error: AppError): void => {
    response.writeHead(errorCodes[error.code], { 'content-type': 'application/json', connection: 'close' });
    response.end(JSON.stringify({ errors: [{ message: error.message, extensions: errorExtensions(error) }] }));
  };
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const identity = await options.verifyIdentity(bearerToken(request.headers.authorization));
    const body = await readBody(request);
    const headers = new HeaderMap();
    headers.set('content-type', 'application/json');
    const reply = await apollo.executeHTTPGraphQLRequest({
      httpGraphQLRequest: { method: 'POST', headers, search: '', body },
      context: async () => options.createContext(identity),
    });
    if (reply.body.kind !== 'complete') throw new Error('a subgraph answers in one piece');
    response.writeHead(reply.status ?? 200, Object.fromEntries(reply.headers));
    response.end(reply.body.string);
  };
  return {
    async handle(request, response) {
      if (request.method !== 'POST' || request.url?.split('?', 1)[0] !== '/graphql') {
        response.writeHead(404).end();
        return;
      }
      try {
        await answer(request, response);
      } catch (fault) {
        if (!(fault instanceof AppError)) options.logger.error({ err: fault }, 'request failed');
        refuse(
          response,
          fault instanceof AppError
            ? fault
            : new AppError('INTERNAL_SERVER_ERROR', 'Something went wrong on our side.'),
        );
      }
    },
    stop: () => apollo.stop(),
  };
};
