/**
 * Authenticates HTTP requests: signs the sender in and counts the request against the rates of the user and the tenant,
 * by the headers alone. Invariant: no byte of a body is read before that. In development an operation that reads only
 * the schema needs no token, because explorers read the schema first.
 */
import type { IncomingMessage } from 'node:http';
import { AppError } from '#kernel/errors.ts';
import type { Authenticator } from '../authentication/authenticator.ts';
import { parseBearer } from '../authentication/bearer-token.ts';
import type { OperationContext } from '../authentication/operation-context.ts';
import { toGraphQLError } from '../errors/graphql-error.ts';
import type { AddressOf } from '../limits/client-address.ts';
import type { TakeRequest } from '../limits/request-rate.ts';

export interface RequestAuthenticationOptions {
  readonly authenticator: Authenticator;
  readonly takeRequest: TakeRequest;
  readonly addressOf: AddressOf;
  readonly isDevelopment: boolean;
}

/** Throws a GraphQLError with its HTTP status. */
export type AuthenticateRequest = (request: IncomingMessage) => Promise<OperationContext>;

export const tokenMissing = (): AppError =>
  new AppError('UNAUTHENTICATED', 'This needs a token: send "Authorization: Bearer <token>".');

export const createRequestAuthentication =
  ({ authenticator, takeRequest, addressOf, isDevelopment }: RequestAuthenticationOptions): AuthenticateRequest =>
  async (request) => {
    try {
      if (authenticator.everybody) return { user: authenticator.everybody };
      const header = request.headers.authorization;
      if (header === undefined) {
        if (isDevelopment) return {};
        throw tokenMissing();
      }
      const token = parseBearer(header);
      if (token === undefined) throw tokenMissing();
      const user = await authenticator.authenticate(token, addressOf(request));
      await takeRequest(user.identity);
      return { user };
    } catch (fault) {
      throw fault instanceof AppError ? toGraphQLError(fault) : fault;
    }
  };
