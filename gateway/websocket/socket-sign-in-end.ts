/**
 * Ends the subscriptions of a socket with its sign-in: each gets an Error message, then the socket closes with 4401.
 */
import type { GraphQLFormattedError } from 'graphql';
import type { Context } from 'graphql-ws';
import { onSignInEnd } from '../admission/sign-in-end.ts';
import type { AuthenticatedUser } from '../authentication/authenticator.ts';
import type { Connection } from './socket-connections.ts';

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
