/**
 * Authenticates HTTP requests: signs the sender in and counts the request against the rates of the user and the tenant,
 * by the headers alone: a token, the ticket of a stream, or a session's cookie, in this order. Invariant: no byte of a
 * body is read before that, but for a small one that may ask for what is public. In development an operation that reads
 * only the schema needs no sign-in, because explorers read the schema first.
 */
import type { IncomingMessage } from 'node:http';
import { parseBearer } from '#kernel/access-tokens/bearer-token.ts';
import { AppError } from '#kernel/errors.ts';
import type { AuthenticatedUser, Authenticator } from '../authentication/authenticator.ts';
import type { BrowserSessions } from '../authentication/browser-sessions.ts';
import type { OperationContext } from '../authentication/operation-context.ts';
import { toGraphQLError } from '../errors/graphql-error.ts';
import type { AddressOf } from '../limits/client-address.ts';
import type { TakeRequest } from '../limits/request-rate.ts';
import type { PublicOperations } from './public-operations.ts';
import { type StreamTickets, ticketParameter } from './stream-tickets.ts';

export interface RequestAuthenticationOptions {
  readonly authenticator: Authenticator;
  readonly sessions: BrowserSessions | undefined;
  readonly tickets: StreamTickets;
  readonly publicOperations: Pick<PublicOperations, 'mayRead'>;
  readonly takeRequest: TakeRequest;
  readonly addressOf: AddressOf;
  readonly isDevelopment: boolean;
}

/** Throws a GraphQLError with its HTTP status. */
export type AuthenticateRequest = (request: IncomingMessage) => Promise<OperationContext>;

export const tokenMissing = (): AppError =>
  new AppError('UNAUTHENTICATED', 'This needs a token: send "Authorization: Bearer <token>".');

/** The ticket of a request that opens a stream, with the parameters of its URL. */
const ticketOf = ({ method, headers, url = '' }: IncomingMessage) => {
  const at = url.indexOf('?');
  if (method !== 'GET' || at === -1 || !/\btext\/event-stream\b/i.test(headers.accept ?? '')) return undefined;
  const parameters = new URLSearchParams(url.slice(at));
  const text = parameters.get(ticketParameter);
  return text === null ? undefined : { text, parameters };
};

export const createRequestAuthentication = (options: RequestAuthenticationOptions): AuthenticateRequest => {
  const { authenticator, sessions, tickets, takeRequest, addressOf, publicOperations, isDevelopment } = options;

  const byToken = async (request: IncomingMessage): Promise<AuthenticatedUser | undefined> => {
    const header = request.headers.authorization;
    const ticket = header === undefined ? ticketOf(request) : undefined;
    if (header === undefined && !ticket) return undefined;
    const token = ticket ? await tickets.redeem(ticket.text, ticket.parameters) : parseBearer(header);
    if (token === undefined) throw tokenMissing();
    return authenticator.authenticate(token, addressOf(request));
  };
  /** The user of the cookie, or why there is none. */
  const bySession = async (request: IncomingMessage): Promise<AuthenticatedUser | AppError> => {
    const credential = sessions?.credentialOf(request);
    if (!sessions || !credential) return tokenMissing();
    if ('fault' in credential) return credential.fault;
    try {
      return await sessions.authenticator.authenticate(credential.secret, addressOf(request));
    } catch (fault) {
      if (fault instanceof AppError && fault.code === 'UNAUTHENTICATED') return fault;
      throw fault;
    }
  };

  return async (request) => {
    try {
      if (authenticator.everybody) return { user: authenticator.everybody };
      const user = (await byToken(request)) ?? (await bySession(request));
      if (user instanceof AppError) {
        if (isDevelopment) return { signInFault: user };
        if (publicOperations.mayRead(request)) return { signInFault: user, isVisit: true };
        throw user;
      }
      await takeRequest(user.identity);
      return { user };
    } catch (fault) {
      throw fault instanceof AppError ? toGraphQLError(fault) : fault;
    }
  };
};
