/** Ends what a token opened when the token does; over sockets: an error frame for each subscription, then close code 4401. */
import type { GraphQLFormattedError } from 'graphql';
import type { Context } from 'graphql-ws';
import { AppError, errorExtensions } from '#kernel/errors.ts';
import type { AuthenticatedUser } from '../authentication/authenticator.ts';
import type { Connection } from './socket-connections.ts';

/** Longest delay of a timer. */
const longestDelayMs = 2 ** 31 - 1;

/** Calls `expire` once, when the token has ended, unless what it returns is called before. */
export const onTokenExpiry = (
  user: AuthenticatedUser,
  expire: (errors: readonly GraphQLFormattedError[]) => void,
): (() => void) => {
  const schedule = (): NodeJS.Timeout => {
    const left = Math.max(0, user.expiresAt - Date.now());
    return setTimeout(
      () => {
        if (left > longestDelayMs) {
          timer = schedule();
          return;
        }
        const fault = new AppError('UNAUTHENTICATED', 'The token has expired. Sign in again.');
        expire([{ message: fault.message, extensions: errorExtensions(fault) }]);
      },
      Math.min(left, longestDelayMs),
    );
  };
  let timer = schedule();
  return () => clearTimeout(timer);
};

export const endWithToken = (user: AuthenticatedUser, context: Context<Record<string, unknown>, Connection>): void => {
  const { socket, output } = context.extra;
  const end = async (payload: readonly GraphQLFormattedError[]): Promise<void> => {
    for (const [id, running] of Object.entries(context.subscriptions)) {
      void output.send(JSON.stringify({ id, type: 'error', payload }));
      // Without its id here, graphql-ws sends no complete frame after the error.
      delete context.subscriptions[id];
      if (running !== null && 'return' in running) await running.return(undefined);
    }
    output.close(4401, 'Unauthorized: the token has expired');
  };
  socket.once(
    'close',
    onTokenExpiry(user, (errors) => void end(errors)),
  );
};
