/**
 * The edge where errors become GraphQL errors. An AppError shows its code and sentence; an error of the specification
 * (syntax, validation, coercion) shows itself; a service that is away becomes SUBGRAPH_UNAVAILABLE; anything else is
 * masked as INTERNAL_SERVER_ERROR and logged with its cause.
 */
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { isOutage } from '../connections/outage.ts';
import { AppError, errorExtensions, unforeseen } from '../errors.ts';
import type { Logger } from '../log.ts';
import { activeRequest } from '../request-id.ts';

/** The wait that a client is advised when a service is away: a restart takes a second or a few. */
const awayRetryAfterMs = 1_000;

/** The first error under GraphQLError wrappers; undefined when the GraphQLError itself is the fault. */
const original = (error: unknown): unknown => {
  let current: unknown = error;
  while (current instanceof GraphQLError && current.originalError) current = current.originalError;
  return current === error && current instanceof GraphQLError ? undefined : current;
};

const located = (error: unknown): Pick<GraphQLFormattedError, 'path' | 'locations'> => {
  if (!(error instanceof GraphQLError)) return {};
  return { ...(error.path ? { path: error.path } : {}), ...(error.locations ? { locations: error.locations } : {}) };
};

/** @param formatted a specification's error as graphql-js or Apollo Server would show it. */
export const maskError = (error: unknown, logger: Logger, formatted?: GraphQLFormattedError): GraphQLFormattedError => {
  const cause = original(error);
  if (cause instanceof AppError) {
    if (cause.cause !== undefined)
      logger.warn({ ...activeRequest(), err: cause, code: cause.code }, 'a request was refused');
    return { message: cause.message, ...located(error), extensions: errorExtensions(cause) };
  }
  if (cause instanceof GraphQLError || cause === undefined) {
    const shown =
      formatted ?? (error instanceof GraphQLError ? error.toJSON() : { message: 'The request is not valid.' });
    const { stacktrace: _, ...extensions } = shown.extensions ?? {};
    return { ...shown, extensions: { code: 'BAD_USER_INPUT', ...extensions } };
  }
  if (isOutage(cause)) {
    logger.warn({ ...activeRequest(), err: cause }, 'a service is away');
    const away = new AppError('SUBGRAPH_UNAVAILABLE', 'A part of the service is away for a moment. Try again.', {
      retryAfterMs: awayRetryAfterMs,
    });
    return { message: away.message, ...located(error), extensions: errorExtensions(away) };
  }
  const path = error instanceof GraphQLError ? error.path : undefined;
  logger.error({ ...activeRequest(), err: cause, path }, 'unexpected fault');
  return {
    message: unforeseen,
    ...located(error),
    extensions: { code: 'INTERNAL_SERVER_ERROR' },
  };
};
