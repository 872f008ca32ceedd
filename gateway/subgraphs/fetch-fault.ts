/** A failed fetch as the code that clients see, and what the gateway may do about it. */
import { AppError } from '#kernel/errors.ts';
import { AnswerTooLarge } from './http-answer.ts';
import { ConnectionLost, ConnectionTimedOut } from './http-connection.ts';
import { DeadlineExceeded } from './post.ts';

export const invalidResponse = (cause: unknown): AppError =>
  new AppError('SUBGRAPH_INVALID_RESPONSE', 'A part of the service gave an answer that cannot be used.', { cause });

export const unavailable = (subgraph: string, cause: unknown, retryAfterMs = 1000): AppError =>
  new AppError('SUBGRAPH_UNAVAILABLE', 'A part of the service is not reachable. Try again shortly.', {
    cause: new Error(`${subgraph} is not reachable`, { cause }),
    retryAfterMs,
  });

/** What ends the fetches of a client that is gone. Nobody reads it. */
export const abandoned = (): AppError => new AppError('SUBGRAPH_UNAVAILABLE', 'The client is gone.');

/** Statuses of a proxy in front of a subgraph that has no answer itself. */
export const isProxyFault = (status: number): boolean => status === 502 || status === 503 || status === 504;

/** The connection was refused, or closed before the answer: a query may be sent again. */
export const mayRepeat = (cause: unknown): boolean => cause instanceof ConnectionLost;

/** Nothing came in time: what should have answered may be frozen. */
export const isSilence = (cause: unknown): boolean =>
  cause instanceof DeadlineExceeded || cause instanceof ConnectionTimedOut;

export const faultOf = (subgraph: string, cause: unknown): AppError => {
  if (cause instanceof AppError) return cause;
  if (isSilence(cause)) {
    return new AppError('SUBGRAPH_TIMEOUT', 'A part of the answer took too long. Try again.', { cause });
  }
  if (cause instanceof AnswerTooLarge) return invalidResponse(cause);
  return unavailable(subgraph, cause);
};
