/**
 * What clients see of an error from any source: this gateway, a subgraph's response or a stream. Known codes keep their
 * sentence and public fields. Everything else becomes INTERNAL_SERVER_ERROR without details, and is logged. Invariant:
 * no stack and no text of an unexpected fault leaves the gateway, and a subgraph's name only for administrators.
 */
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { errorCodes } from '#contracts/error-codes.ts';
import { unforeseen } from '#kernel/errors.ts';
import type { Logger } from '#kernel/log.ts';
import { activeRequestId } from '#kernel/request-id.ts';
import { mayNameSubgraph } from './subgraph-names.ts';

/** Codes of the GraphQL and Apollo specifications that this gateway itself uses. */
const specificationCodes: ReadonlySet<unknown> = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'PERSISTED_QUERY_NOT_FOUND',
  'OPERATION_RESOLUTION_FAILURE',
  'BAD_REQUEST',
]);

/** Fields of `extensions` that are for operators. */
const internalFields: ReadonlySet<string> = new Set([
  'serviceName',
  'stacktrace',
  'exception',
  'http',
  'query',
  'variables',
]);

/**
 * Formats and masks one error, and names its request in it.
 * @param error the thrown value, when it is available.
 * @param requestId by default that of the active request.
 */
export type MaskError = (
  formatted: GraphQLFormattedError,
  error?: unknown,
  requestId?: string,
) => GraphQLFormattedError;

const isPublicCode = (code: unknown, fromSubgraph: boolean): boolean => {
  if (code === 'INTERNAL_SERVER_ERROR') return false;
  if (typeof code === 'string' && Object.hasOwn(errorCodes, code)) return true;
  // A subgraph that calls the gateway's own fetch invalid does not match the supergraph, which no client could fix.
  return !fromSubgraph && specificationCodes.has(code);
};

const publicExtensions = (extensions: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(extensions).filter(([field]) => !internalFields.has(field)));

/**
 * Apollo Server marks some faults of the client by HTTP status alone, for instance a wrong hash of a persisted query.
 */
const isUncodedClientFault = (error: unknown): error is GraphQLError =>
  error instanceof GraphQLError &&
  error.extensions['code'] === undefined &&
  typeof error.extensions['http'] === 'object' &&
  error.extensions['http'] !== null &&
  'status' in error.extensions['http'] &&
  error.extensions['http'].status === 400;

/** Marks errors as a subgraph's, as Apollo's executor does, so that the mask recognizes them. */
export const ofSubgraph = (
  errors: readonly GraphQLFormattedError[],
  serviceName: string,
): readonly GraphQLFormattedError[] =>
  errors.map((error) => ({ ...error, extensions: { ...error.extensions, serviceName } }));

export const createErrorMask =
  (logger: Logger): MaskError =>
  (formatted, error, requestId = activeRequestId()) => {
    const request = requestId === undefined ? {} : { requestId };
    const extensions: Readonly<Record<string, unknown>> = formatted.extensions ?? {};
    const fromSubgraph = 'serviceName' in extensions;
    const subgraph = fromSubgraph && mayNameSubgraph(error) ? { serviceName: extensions['serviceName'] } : undefined;
    const position = {
      // A subgraph's locations refer to the document that it received.
      ...(formatted.locations === undefined || fromSubgraph ? {} : { locations: formatted.locations }),
      ...(formatted.path === undefined ? {} : { path: formatted.path }),
    };
    if (isPublicCode(extensions['code'], fromSubgraph)) {
      return {
        message: formatted.message,
        ...position,
        extensions: { ...publicExtensions(extensions), ...subgraph, ...request },
      };
    }
    if (isUncodedClientFault(error)) {
      return { message: formatted.message, ...position, extensions: { code: 'BAD_REQUEST', ...request } };
    }
    logger.error(
      {
        ...request,
        err: error ?? new GraphQLError(formatted.message),
        subgraph: extensions['serviceName'],
        path: formatted.path,
      },
      'masked an error without a public code',
    );
    return {
      message: unforeseen,
      ...(formatted.path === undefined ? {} : { path: formatted.path }),
      extensions: { code: 'INTERNAL_SERVER_ERROR', ...subgraph, ...request },
    };
  };
