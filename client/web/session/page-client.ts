/** A client of the API for a page, in the name of whoever is signed in there. */
import { cookieSession, createParlanceClient, type ParlanceClient } from '@parlance/client';
import { signedOutState } from './signed-out-state.ts';

export const createPageClient = (): ParlanceClient =>
  createParlanceClient({
    url: new URL('/graphql', location.href).href,
    auth: cookieSession,
    onSignedOut: () => signedOutState.set(true),
  });
