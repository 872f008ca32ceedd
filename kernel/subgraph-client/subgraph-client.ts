/**
 * Calls of a service to a subgraph: a GraphQL operation in the name of a user, marked as the service's own call, which
 * opens the internal (`@inaccessible`) fields. Connections stay open; each call has a deadline. A fault of transport is
 * SUBGRAPH_UNAVAILABLE or SUBGRAPH_TIMEOUT; an error of the subgraph keeps its code.
 */
import { errors, Pool } from 'undici';
import { z } from 'zod';
import { toErrorCode } from '#contracts/error-codes.ts';
import type { Identity } from '#contracts/identity.ts';
import { AppError } from '../errors.ts';
import type { SignIdentity } from '../identity.ts';
import { requestIdHeaders } from '../request-id.ts';
import { traceHeaders } from '../telemetry/tracing.ts';

export interface SubgraphCall<Data> {
  readonly identity: Identity;
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  /** Shape of `data`. */
  readonly data: z.ZodType<Data>;
  /** Milliseconds without any response after which the call is given up, within a second. */
  readonly deadlineMs: number;
}

export interface SubgraphClient extends AsyncDisposable {
  call<Data>(call: SubgraphCall<Data>): Promise<Data>;
}

const responseSchema = z.object({
  data: z.unknown().optional(),
  errors: z
    .array(
      z.object({
        message: z.string(),
        extensions: z
          .looseObject({ code: z.string(), retryAfterMs: z.number().optional(), argument: z.string().optional() })
          .default({ code: 'INTERNAL_SERVER_ERROR' }),
      }),
    )
    .default([]),
});

const isTimeout = (fault: unknown): boolean =>
  fault instanceof errors.HeadersTimeoutError || fault instanceof errors.BodyTimeoutError;

/**
 * @param service the calling service
 * @param url the subgraph, `http://host:port/graphql`
 */
export const createSubgraphClient = (service: string, url: string, signIdentity: SignIdentity): SubgraphClient => {
  const { origin, pathname } = new URL(url);
  const pool = new Pool(origin, { connections: 32, pipelining: 1, keepAliveTimeout: 60_000 });
  return {
    async call({ identity, query, variables, data, deadlineMs }) {
      const token = await signIdentity({ ...identity, service });
      let body: unknown;
      try {
        const response = await pool.request({
          method: 'POST',
          path: pathname,
          headers: {
            'content-type': 'application/json',
            authorization: `Bearer ${token}`,
            ...traceHeaders(),
            ...requestIdHeaders(),
          },
          body: JSON.stringify({ query, variables }),
          // Far cheaper than a signal with a timer of its own for each call.
          headersTimeout: deadlineMs,
          bodyTimeout: deadlineMs,
        });
        body = await response.body.json();
      } catch (cause) {
        throw isTimeout(cause)
          ? new AppError('SUBGRAPH_TIMEOUT', 'A part of the service is slow. Try again.', { cause, retryAfterMs: 1000 })
          : new AppError('SUBGRAPH_UNAVAILABLE', 'A part of the service is down. Try again.', {
              cause,
              retryAfterMs: 1000,
            });
      }
      const result = responseSchema.safeParse(body);
      if (!result.success) {
        throw new AppError('SUBGRAPH_INVALID_RESPONSE', 'A part of the service sent an invalid response. Try again.', {
          cause: result.error,
        });
      }
      const [error] = result.data.errors;
      if (error) {
        const { code, retryAfterMs, argument, ...details } = error.extensions;
        throw new AppError(toErrorCode(code), error.message, {
          details,
          retryAfterMs,
          ...(argument === undefined ? {} : { argument }),
        });
      }
      return data.parse(result.data.data);
    },
    [Symbol.asyncDispose]: () => pool.close(),
  };
};
