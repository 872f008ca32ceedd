/**
 * Sends one fetch of a plan to a subgraph, with the signed identity of the user, and checks that what comes back is a
 * GraphQL response. A subgraph that is down, late or confused is one field error with its own code; the rest of the
 * plan goes on.
 */
import type { GraphQLDataSource } from '@apollo/gateway';
import { errors, type Pool } from 'undici';
import { AppError } from '#kernel/errors.ts';
import type { SignIdentity } from '#kernel/identity.ts';
import type { Logger } from '#kernel/log.ts';
import { toFieldError } from '../errors/graphql-error.ts';
import type { OperationContext } from '../supergraph/operation-context.ts';

export interface SubgraphSourceOptions {
  readonly name: string;
  readonly url: string;
  /** Asked at each fetch: a plan that began before a reload may go on after it. */
  pool(): Pool;
  readonly sign: SignIdentity;
  /** Milliseconds from sending to the last byte. */
  readonly deadlineMs: number;
  readonly logger: Logger;
}

interface GraphQLPayload {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly { readonly message: string }[];
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const hasMessage = (value: unknown): value is { message: string } =>
  isObject(value) && typeof value['message'] === 'string';
const isPayload = (value: unknown): value is GraphQLPayload =>
  isObject(value) &&
  ('data' in value || 'errors' in value) &&
  (value['data'] === undefined || value['data'] === null || isObject(value['data'])) &&
  (value['errors'] === undefined || (Array.isArray(value['errors']) && value['errors'].every(hasMessage)));

const parsePayload = (text: string): GraphQLPayload | undefined => {
  try {
    const value: unknown = JSON.parse(text);
    return isPayload(value) ? value : undefined;
  } catch {
    return undefined;
  }
};

const isLate = (cause: unknown): boolean =>
  (cause instanceof DOMException && cause.name === 'TimeoutError') ||
  cause instanceof errors.HeadersTimeoutError ||
  cause instanceof errors.BodyTimeoutError ||
  cause instanceof errors.ConnectTimeoutError;

/** A kept-alive connection that the subgraph closed in the moment it was used: nothing was answered. */
const wasCutOff = (cause: unknown): boolean =>
  cause instanceof errors.SocketError || (cause instanceof Error && 'code' in cause && cause.code === 'ECONNRESET');

const faultOf = (name: string, cause: unknown): AppError => {
  if (cause instanceof AppError) return cause;
  if (isLate(cause))
    return new AppError('SUBGRAPH_TIMEOUT', 'A part of the answer took too long. Try again.', { cause });
  if (cause instanceof errors.ResponseExceededMaxSizeError) return invalidResponse(cause);
  return new AppError('SUBGRAPH_UNAVAILABLE', 'A part of the service is not reachable. Try again shortly.', {
    cause: new Error(`${name} is not reachable`, { cause }),
    retryAfterMs: 1000,
  });
};
const invalidResponse = (cause: unknown): AppError =>
  new AppError('SUBGRAPH_INVALID_RESPONSE', 'A part of the service gave an answer that cannot be used.', { cause });

/** The path up to the first list: positions in lists are not known before the answer. */
const knownPath = (path: readonly (string | number)[] | undefined): readonly (string | number)[] => {
  const list = path?.indexOf('@') ?? -1;
  return list === -1 ? (path ?? []) : (path ?? []).slice(0, list);
};

export const createSubgraphSource = (options: SubgraphSourceOptions): GraphQLDataSource<OperationContext> => {
  const { name, sign, deadlineMs, logger } = options;
  const { pathname, search } = new URL(options.url);

  const send = async (body: string, token: string): Promise<GraphQLPayload> => {
    const response = await options.pool().request({
      path: `${pathname}${search}`,
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json', authorization: `Bearer ${token}` },
      body,
      signal: AbortSignal.timeout(deadlineMs),
    });
    const payload = parsePayload(await response.body.text());
    if (!payload)
      throw invalidResponse(
        new Error(`${name} answered ${response.statusCode} with something that is no GraphQL response`),
      );
    return payload;
  };

  return {
    async process({ request, context, ...fetch }) {
      const { query, variables, operationName } = request;
      const body = JSON.stringify({ query, variables, operationName });
      try {
        const { user } = context;
        if (!user) throw new AppError('UNAUTHENTICATED', 'This needs a token: send "Authorization: Bearer <token>".');
        const token = await sign(user.identity);
        const payload = await send(body, token).catch((cause: unknown) => {
          if (!wasCutOff(cause) || query?.startsWith('mutation')) throw cause;
          return send(body, token);
        });
        return { ...payload };
      } catch (cause) {
        const fault = faultOf(name, cause);
        logger.warn({ err: fault, subgraph: name }, 'a fetch failed');
        throw toFieldError(
          fault,
          knownPath('pathInIncomingRequest' in fetch ? fetch.pathInIncomingRequest : undefined),
        );
      }
    },
  };
};
