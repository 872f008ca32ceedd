/** Asks conversations which replies have not ended: what is held for them stays held. */
import { z } from 'zod';
import { createSubgraphClient, type SubgraphClient } from '#kernel/connections/subgraph-client.ts';
import type { SignIdentity } from '#kernel/identity.ts';

/** Resolves with those that have not ended, or so lately that usage need not have heard of it. */
export type AskAwaited = (tenantId: string, messageIds: readonly string[]) => Promise<readonly string[]>;

const deadlineMs = 5_000;
const query = 'query Awaited($messageIds: [ID!]!) { awaitedReplies(messageIds: $messageIds) }';
const data = z.object({ awaitedReplies: z.array(z.uuid()) });

export interface AwaitedReplies extends AsyncDisposable {
  readonly ask: AskAwaited;
}

/** @param urlOf the subgraph of conversations; undefined until it is known, and what is asked before is refused. */
export const createAwaitedReplies = (urlOf: () => string | undefined, signIdentity: SignIdentity): AwaitedReplies => {
  let client: SubgraphClient | undefined;
  return {
    async ask(tenantId, messageIds) {
      const url = urlOf();
      if (url === undefined) throw new Error('conversations is not there yet');
      client ??= createSubgraphClient('usage', url, signIdentity);
      // Nobody asks for it: no user of the tenant, who could be deactivated, is named.
      const identity = { tenantId, userId: tenantId, roles: [], scopes: [] };
      return (await client.call({ identity, query, variables: { messageIds }, data, deadlineMs })).awaitedReplies;
    },
    async [Symbol.asyncDispose]() {
      await client?.[Symbol.asyncDispose]();
    },
  };
};
