/**
 * Ends everything that a sign-in opened when its token or API key expires, or the key is revoked. Over a socket, each
 * subscription gets an Error message, then the socket closes with 4401.
 */
import type { GraphQLFormattedError } from 'graphql';
import type { Context } from 'graphql-ws';
import { AppError, errorExtensions } from '#kernel/errors.ts';
import type { AuthenticatedUser } from '../authentication/authenticator.ts';
import type { Connection } from './socket-connections.ts';

/** Longest delay of a timer. */
const longestDelayMs = 2 ** 31 - 1;

const expired = ({ identity }: AuthenticatedUser): AppError =>
  identity.apiKeyId === undefined
    ? new AppError('UNAUTHENTICATED', 'The token has expired. Sign in again.')
    : new AppError('UNAUTHENTICATED', 'The API key has expired. Use another one.');

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

export const endWithSignIn = (user: AuthenticatedUser, context: Context<Record<string, unknown>, Connection>): void => {
  const { socket, output } = context.extra;
  const end = async (payload: readonly GraphQLFormattedError[]): Promise<void> => {
    for (const [id, running] of Object.entries(context.subscriptions)) {
      void output.send(JSON.stringify({ id, type: 'error', payload }));
      // Without its id here, graphql-ws sends no Complete after the Error.
      delete context.subscriptions[id];
      if (running !== null && 'return' in running) await running.return(undefined);
    }
    output.close(4401, `Unauthorized: ${payload[0]?.message}`);
  };
  socket.once(
    'close',
    onSignInEnd(user, (errors) => void end(errors)),
  );
};
