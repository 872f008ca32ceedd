/** Runs in the page: the SDK with the session of the page, driven by the test. */
import { cookieSession, createParlanceClient, isParlanceError, TypedDocumentString } from './index.ts';

export interface CookiePage {
  readonly signedOut: number;
  /** The code of the refusal, or the data. */
  query(): Promise<unknown>;
  /** Views of a reply until its end; the code of the error that ended them. */
  follow(messageId: string): Promise<{ readonly text: string; readonly ended: string }>;
  signedIn(): void;
}

declare global {
  var startCookiePage: (transport: 'websocket' | 'events') => CookiePage;
  var cookiePage: CookiePage;
}

const whoDocument = new TypedDocumentString<{ readonly who: string }, Record<string, never>>('query Who { who }');
const codeOf = (fault: unknown): string => (isParlanceError(fault) ? fault.code : String(fault));

globalThis.startCookiePage = (transport) => {
  let signedOut = 0;
  const client = createParlanceClient({
    url: '/graphql',
    auth: cookieSession,
    transport,
    backoff: { firstMs: 20, longestMs: 200 },
    onSignedOut() {
      signedOut += 1;
    },
  });
  globalThis.cookiePage = {
    get signedOut() {
      return signedOut;
    },
    query: () => client.query(whoDocument, {}).catch(codeOf),
    async follow(messageId) {
      let text = '';
      try {
        for await (const view of client.followMessage(messageId)) text = view.text;
        return { text, ended: 'complete' };
      } catch (fault) {
        return { text, ended: codeOf(fault) };
      }
    },
    signedIn: client.signedIn,
  };
  return globalThis.cookiePage;
};
