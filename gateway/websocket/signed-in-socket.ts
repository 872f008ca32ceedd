/**
 * The sign-in of one socket, from ConnectionInit to its end: when the sign-in ends, each subscription gets an Error
 * message, then the socket closes with 4401; with 1013 when the sign-in only cannot be checked any more.
 */
import type { GraphQLFormattedError } from 'graphql';
import type { Context } from 'graphql-ws';
import { ofRequest, onSignInEnd } from '../admission/sign-in-end.ts';
import type { SignInSocket } from '../admission/socket-sign-in.ts';
import type { AuthenticatedUser } from '../authentication/authenticator.ts';
import type { Connection } from './socket-connections.ts';

export type ConnectionContext = Context<Record<string, unknown>, Connection>;

const endWithSignIn = (user: AuthenticatedUser, context: ConnectionContext): void => {
  const { socket, output, requestIds } = context.extra;
  const end = async (errors: readonly GraphQLFormattedError[]): Promise<void> => {
    for (const [id, running] of Object.entries(context.subscriptions)) {
      const payload = ofRequest(errors, requestIds.get(id));
      void output.send(JSON.stringify({ id, type: 'error', payload }));
      // Without its id here, graphql-ws sends no Complete after the Error.
      delete context.subscriptions[id];
      if (running !== null && 'return' in running) await running.return(undefined);
    }
    const isAway = errors[0]?.extensions?.['code'] === 'OVERLOADED';
    output.close(isAway ? 1013 : 4401, `${isAway ? 'Try again later' : 'Unauthorized'}: ${errors[0]?.message}`);
  };
  socket.once(
    'close',
    onSignInEnd(user, (errors) => void end(errors)),
  );
};

/** Signs the socket in, or closes it. @returns the user; undefined when the sign-in was refused. */
export const signInOnSocket = async (
  context: ConnectionContext,
  signInSocket: SignInSocket,
): Promise<AuthenticatedUser | undefined> => {
  const { extra, connectionParams } = context;
  const { socket, upgrade, address } = extra;
  // A ConnectionInit is the first and the only one of its socket: nothing asks for these again.
  extra.upgrade = undefined;
  Reflect.deleteProperty(context, 'connectionParams');
  if (!upgrade) return undefined;
  const signedIn = await signInSocket({ connectionParams, upgrade, address });
  if ('closeCode' in signedIn) {
    socket.close(signedIn.closeCode, signedIn.reason);
    return undefined;
  }
  const { user, leave } = signedIn;
  socket.once('close', leave);
  if (socket.readyState !== socket.OPEN) leave();
  extra.isSignedIn = true;
  if (!user.isAnonymous) endWithSignIn(user, context);
  return user;
};
