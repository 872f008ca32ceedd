/**
 * What every HTTP operation passes before it runs, in this order: length in tokens, sign-in, rate, and, once it is
 * known to be valid, complexity. In development an operation that reads only the schema needs no token, because
 * explorers ask for it first; everywhere else nothing is even parsed without one.
 */
import type { IncomingMessage } from 'node:http';
import type { ApolloServerPlugin } from '@apollo/server';
import { GraphQLError, type GraphQLSchema } from 'graphql';
import { AppError } from '#kernel/errors.ts';
import type { Authenticator } from '../authentication/authenticator.ts';
import { parseBearer } from '../authentication/bearer-token.ts';
import { toGraphQLError } from '../errors/graphql-error.ts';
import { checkOperation, checkTokens, fragmentsOf, type OperationLimits } from '../limits/operation-limits.ts';
import type { TakeRequest } from '../limits/request-rate.ts';
import { readsOnlySchema } from '../limits/schema-only.ts';
import type { OperationContext } from '../supergraph/operation-context.ts';
import type { SchemaGeneration } from '../supergraph/schema-generation.ts';

export interface AdmissionOptions {
  readonly authenticator: Authenticator;
  readonly takeRequest: TakeRequest;
  readonly limits: OperationLimits;
  readonly isDevelopment: boolean;
}

export const tokenMissing = (): AppError =>
  new AppError('UNAUTHENTICATED', 'This needs a token: send "Authorization: Bearer <token>".');

const needsStream = (): GraphQLError =>
  new GraphQLError(
    'A subscription needs an answer that streams: send "Accept: text/event-stream", or use WebSocket at the same address, with the subprotocol graphql-transport-ws.',
    { extensions: { code: 'BAD_REQUEST', http: { status: 400 } } },
  );

const asGraphQLError = (fault: unknown): unknown => (fault instanceof AppError ? toGraphQLError(fault) : fault);

/** Throws a GraphQLError with its HTTP status. */
export const createHttpAdmission =
  ({ authenticator, takeRequest, limits, isDevelopment }: AdmissionOptions) =>
  async (request: IncomingMessage, query: string | undefined): Promise<OperationContext> => {
    try {
      if (query !== undefined) checkTokens(query, limits);
      if (authenticator.everybody) return { user: authenticator.everybody };
      const header = request.headers.authorization;
      if (header === undefined) {
        if (isDevelopment) return {};
        throw tokenMissing();
      }
      const token = parseBearer(header);
      if (token === undefined) throw tokenMissing();
      const user = await authenticator.authenticate(token);
      await takeRequest(user.identity);
      return { user };
    } catch (fault) {
      throw asGraphQLError(fault);
    }
  };

/** The part of admission that needs the valid operation; runs for operations over sockets too. */
export const createAdmissionPlugin = (
  limits: OperationLimits,
  generationOf: (schema: GraphQLSchema) => SchemaGeneration,
): ApolloServerPlugin<OperationContext> => ({
  requestDidStart: async () => ({
    async didResolveOperation({ operation, document, schema, request, contextValue }) {
      if (!operation) return;
      const fragments = fragmentsOf(document.definitions);
      try {
        if (operation.operation === 'subscription') throw needsStream();
        if (!contextValue.user && !readsOnlySchema(operation, fragments)) throw tokenMissing();
        const weights = generationOf(schema).costWeights;
        checkOperation({ schema, operation, fragments, variables: request.variables ?? {}, weights }, limits);
      } catch (fault) {
        throw asGraphQLError(fault);
      }
    },
  }),
});
