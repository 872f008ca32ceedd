/**
 * Asks safety whether any of these messages was blocked after its end. What people outside can read must not get past
 * that, so a fault of safety is thrown and nothing is shown.
 */
import { z } from 'zod';
import type { Identity } from '#contracts/identity.ts';
import type { SubgraphClient } from '#kernel/subgraph-client/subgraph-client.ts';

/** Throws the fault of safety. The identity decides the tenant. */
export type AnyBlocked = (identity: Identity, messageIds: readonly string[]) => Promise<boolean>;

/** Messages of one request. */
const batch = 500;
/** Milliseconds that safety has to respond. */
const deadlineMs = 3_000;

const query = `query Verdicts($messages: [_Any!]!) {
  _entities(representations: $messages) { ... on Message { moderation { action } } }
}`;
const resultSchema = z.object({
  _entities: z.array(z.object({ moderation: z.object({ action: z.string() }).nullish() }).nullable()),
});

export const createAnyBlocked =
  (safety: SubgraphClient): AnyBlocked =>
  async (identity, messageIds) => {
    for (let from = 0; from < messageIds.length; from += batch) {
      const messages = messageIds.slice(from, from + batch).map((id) => ({ __typename: 'Message', id }));
      const { _entities: found } = await safety.call({
        ...{ identity, query, deadlineMs },
        variables: { messages },
        data: resultSchema,
      });
      if (found.some((message) => message?.moderation?.action === 'BLOCK')) return true;
    }
    return false;
  };
