/**
 * Ends what a sign-in opened when its token or API key expires, or the key is revoked; over sockets: an error frame for
 * each subscription, then close code 4401.
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

/** Calls `end` once, when the sign-in is not good any more, unless what it returns is called before. */
export const onSignInEnd = (
  user: AuthenticatedUser,
  end: (errors: readonly GraphQLFormattedError[]) => void,
): (() => void) => {
  const forget = (): void => {
    clearTimeout(timer);
    forgetRevocation?.();
  };
  const tell = (fault: AppError): void => {
    forget();
    end([{ message: fault.message, extensions: errorExtensions(fault) }]);
  };
  const schedule = (): NodeJS.Timeout => {
    const left = Math.max(0, user.expiresAt - Date.now());
    return setTimeout(
      () => {
        if (left > longestDelayMs) timer = schedule();
        else tell(expired(user));
      },
      Math.min(left, longestDelayMs),
    );
  };
  let timer = schedule();
  const forgetRevocation = user.onRevoked?.(tell);
  return forget;
};

export const endWithSignIn = (user: AuthenticatedUser, context: Context<Record<string, unknown>, Connection>): void => {
  const { socket, output } = context.extra;
  const end = async (payload: readonly GraphQLFormattedError[]): Promise<void> => {
    for (const [id, running] of Object.entries(context.subscriptions)) {
      void output.send(JSON.stringify({ id, type: 'error', payload }));
      // Without its id here, graphql-ws sends no complete frame after the error.
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
