/** Maps a failed fetch to the error that clients see, and to what the gateway may do about it. */
import { AppError } from '#kernel/errors.ts';
import { ConnectionLost, ConnectionTimedOut } from './http-connection.ts';
import { ResponseTooLarge } from './http-response.ts';
import { DeadlineExceeded } from './post.ts';

export const invalidResponse = (cause: unknown): AppError =>
  new AppError('SUBGRAPH_INVALID_RESPONSE', 'A part of the service returned a response that cannot be used.', {
    cause,
  });

export const unavailable = (subgraph: string, cause: unknown, retryAfterMs = 1000): AppError =>
  new AppError('SUBGRAPH_UNAVAILABLE', 'A part of the service is not reachable. Try again shortly.', {
    cause: new Error(`${subgraph} is not reachable`, { cause }),
    retryAfterMs,
  });

/** Ends the fetches of a client that is gone. Nobody reads it. */
export const abandoned = (): AppError => new AppError('SUBGRAPH_UNAVAILABLE', 'The client is gone.');

/** Statuses of a proxy in front of a subgraph that does not respond itself. */
export const isProxyFault = (status: number): boolean => status === 502 || status === 503 || status === 504;

/** The connection was refused, or closed before the response: a query may be sent again. */
export const mayRepeat = (cause: unknown): boolean => cause instanceof ConnectionLost;

/** Nothing arrived in time: the subgraph may be frozen. */
export const isSilence = (cause: unknown): boolean =>
  cause instanceof DeadlineExceeded || cause instanceof ConnectionTimedOut;

export const faultOf = (subgraph: string, cause: unknown): AppError => {
  if (cause instanceof AppError) return cause;
  if (isSilence(cause)) {
    return new AppError('SUBGRAPH_TIMEOUT', 'A part of the service took too long. Try again.', { cause });
  }
  if (cause instanceof ResponseTooLarge) return invalidResponse(cause);
  return unavailable(subgraph, cause);
};
