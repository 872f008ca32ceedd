/** Ends everything that a sign-in opened when its token, API key or session expires, or is ended before. */
import type { GraphQLFormattedError } from 'graphql';
import { AppError, errorExtensions } from '#kernel/errors.ts';
import type { AuthenticatedUser } from '../authentication/authenticator.ts';

/** Longest delay of a timer. */
const longestDelayMs = 2 ** 31 - 1;

const expired = ({ identity: { apiKeyId, sessionId } }: AuthenticatedUser): AppError => {
  if (apiKeyId !== undefined) return new AppError('UNAUTHENTICATED', 'The API key has expired. Use another one.');
  const what = sessionId === undefined ? 'The token has expired.' : 'The session has ended.';
  return new AppError('UNAUTHENTICATED', `${what} Sign in again.`);
};

/** The errors of one subscription, with the name of its request. */
export const ofRequest = (
  errors: readonly GraphQLFormattedError[],
  requestId: string | undefined,
): readonly GraphQLFormattedError[] =>
  requestId === undefined
    ? errors
    : errors.map((error) => ({ ...error, extensions: { ...error.extensions, requestId } }));

/** Calls `end` once, when the sign-in becomes invalid. Returns a function that cancels this. */
export const onSignInEnd = (
  user: AuthenticatedUser,
  end: (errors: readonly GraphQLFormattedError[]) => void,
): (() => void) => {
  const forget = (): void => {
    clearTimeout(timer);
    forgetRevocation?.();
  };
  const report = (fault: AppError): void => {
    forget();
    end([{ message: fault.message, extensions: errorExtensions(fault) }]);
  };
  const schedule = (): NodeJS.Timeout => {
    const left = Math.max(0, user.expiresAt - Date.now());
    return setTimeout(
      () => {
        if (left > longestDelayMs) timer = schedule();
        else report(expired(user));
      },
      Math.min(left, longestDelayMs),
    );
  };
  let timer = schedule();
  const forgetRevocation = user.onRevoked?.(report);
  return forget;
};
