/**
 * `POST /graphql/ticket`: takes an operation as `/graphql` does and returns a URL that opens its stream once, within
 * seconds, without a header. It is for EventSource in browsers.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { GraphQLError } from 'graphql';
import { parseBearer } from '#kernel/access-tokens/bearer-token.ts';
import { AppError } from '#kernel/errors.ts';
import type { Logger } from '#kernel/log.ts';
import { type AuthenticateRequest, tokenMissing } from '../admission/request-authentication.ts';
import { type StreamTickets, ticketParameter, ticketSeconds } from '../admission/stream-tickets.ts';
import type { MaskError } from '../errors/public-error.ts';
import { respondToFault, respondWithFault } from './http-fault.ts';
import { discardBody, readBody } from './request-body.ts';
import { parametersOf, type RequestParameters } from './request-parameters.ts';

export interface TicketEndpointOptions {
  readonly authenticateRequest: AuthenticateRequest;
  readonly tickets: StreamTickets;
  readonly maskError: MaskError;
  readonly logger: Logger;
}

/** Characters of a URL that fit into the headers of a request beside the others. */
const longestUrl = 8 * 1024;
const longestBody = 64 * 1024;

const requestedOperation = async (request: IncomingMessage): Promise<RequestParameters> => {
  const text = (await readBody(request, longestBody)).toString('utf8');
  const body = ((): unknown => {
    try {
      return JSON.parse(text);
    } catch {
      return undefined;
    }
  })();
  const parameters = parametersOf('POST', body, '');
  if (parameters) return parameters;
  throw new AppError('BAD_USER_INPUT', 'Send the operation as JSON: its text as query, and its variables.');
};

const searchOf = ({ query, operationName, variables }: RequestParameters): URLSearchParams =>
  new URLSearchParams({
    query,
    ...(operationName == null ? {} : { operationName }),
    ...(variables == null ? {} : { variables: JSON.stringify(variables) }),
  });

export const serveTickets = (
  options: TicketEndpointOptions,
): ((request: IncomingMessage, response: ServerResponse) => Promise<void>) => {
  const { authenticateRequest, tickets, maskError, logger } = options;

  const urlFor = async (request: IncomingMessage): Promise<string> => {
    const { user, signInFault } = await authenticateRequest(request);
    if (!user) throw signInFault ?? tokenMissing();
    const parameters = searchOf(await requestedOperation(request));
    const token = parseBearer(request.headers.authorization);
    // Where nobody signs in, a stream needs no ticket; nor where the browser sends the cookie of a session with it.
    if (token !== undefined) parameters.set(ticketParameter, await tickets.issue(token, parameters));
    const url = `/graphql?${parameters}`;
    if (url.length <= longestUrl) return url;
    throw new AppError('PAYLOAD_TOO_LARGE', 'The operation is too long for a URL. Send less, or use fetch.', {
      details: { maxBytes: longestUrl },
    });
  };

  return async (request, response) => {
    if (request.method !== 'POST') {
      response.writeHead(405, { allow: 'POST' }).end();
      return;
    }
    try {
      const body = JSON.stringify({ url: await urlFor(request), expiresInSeconds: ticketSeconds });
      response.writeHead(200, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' });
      response.end(body);
    } catch (fault) {
      if (!request.complete) discardBody(request);
      if (fault instanceof GraphQLError) respondWithFault(response, fault, maskError);
      else respondToFault(request, response, fault, logger);
    }
  };
};
