/**
 * Converts an AppError to a GraphQLError: the code goes into `extensions`, with the HTTP status and headers that Apollo
 * Server applies when the whole request fails with it.
 *
 * Status codes of the gateway, under both `application/graphql-response+json` and the older `application/json`: a
 * request that is refused before execution (no `data` entry) has the status of its code: 400 for a faulty document or
 * variables, 401, 413, 429, 503. Once it was executed (a `data` entry, even null) the status is 200, as GraphQL over
 * HTTP requires.
 */
import { HeaderMap } from '@apollo/server';
import { GraphQLError } from 'graphql';
import { errorCodes } from '#contracts/error-codes.ts';
import { type AppError, errorExtensions } from '#kernel/errors.ts';

const headersOf = (error: AppError): HeaderMap => {
  const headers = new HeaderMap();
  if (error.retryAfterMs !== undefined) headers.set('retry-after', String(Math.ceil(error.retryAfterMs / 1000)));
  if (error.code === 'UNAUTHENTICATED') headers.set('www-authenticate', 'Bearer realm="parlance"');
  return headers;
};

/** What an error makes of the HTTP response when it refuses the whole request. */
export interface ErrorHttp {
  readonly status: number;
  readonly headers: HeaderMap;
}

/** @param status of an error that names none. */
export const httpOf = ({ extensions: { http } }: GraphQLError, status: number): ErrorHttp => {
  const isGiven = typeof http === 'object' && http !== null;
  return {
    status: isGiven && 'status' in http && typeof http.status === 'number' ? http.status : status,
    headers: isGiven && 'headers' in http && http.headers instanceof HeaderMap ? http.headers : new HeaderMap(),
  };
};

/** For a fault that refuses the whole request. */
export const toGraphQLError = (error: AppError): GraphQLError => {
  const extensions: Record<string, unknown> = {
    ...errorExtensions(error),
    http: { status: errorCodes[error.code], headers: headersOf(error) },
  };
  return new GraphQLError(error.message, { originalError: error, extensions });
};
