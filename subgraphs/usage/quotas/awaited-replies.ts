/** Finds the replies that have not ended, by a query to conversations. Their reservations stay. */
import { z } from 'zod';
import type { SignIdentity } from '#kernel/identity.ts';
import { createSubgraphClient, type SubgraphClient } from '#kernel/subgraph-client/subgraph-client.ts';

/** Resolves with the replies that have not ended, or have ended too lately for usage to have received the end. */
export type FindAwaited = (tenantId: string, messageIds: readonly string[]) => Promise<readonly string[]>;

const deadlineMs = 5_000;
const query = 'query Awaited($messageIds: [ID!]!) { awaitedReplies(messageIds: $messageIds) }';
const data = z.object({ awaitedReplies: z.array(z.uuid()) });

export interface AwaitedReplies extends AsyncDisposable {
  readonly find: FindAwaited;
}

/** @param urlOf returns the URL of conversations; undefined until it is known, and `find` rejects before that */
export const createAwaitedReplies = (urlOf: () => string | undefined, signIdentity: SignIdentity): AwaitedReplies => {
  let client: SubgraphClient | undefined;
  return {
    async find(tenantId, messageIds) {
      const url = urlOf();
      if (url === undefined) throw new Error('conversations is not open yet');
      client ??= createSubgraphClient('usage', url, signIdentity);
      // The query is on behalf of no user, because a user could be deactivated.
      const identity = { tenantId, userId: tenantId, roles: [], scopes: [] };
      return (await client.call({ identity, query, variables: { messageIds }, data, deadlineMs })).awaitedReplies;
    },
    async [Symbol.asyncDispose]() {
      await client?.[Symbol.asyncDispose]();
    },
  };
};
