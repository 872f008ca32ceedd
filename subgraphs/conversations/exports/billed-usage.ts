/** What replies used and cost, as usage has billed them, for exports. */
import { z } from 'zod';
import type { Identity } from '#contracts/identity.ts';
import type { SubgraphClient } from '#kernel/subgraph-client/subgraph-client.ts';

const usageSchema = z.object({
  inputTokens: z.number(),
  cachedInputTokens: z.number(),
  cacheWriteTokens: z.number(),
  outputTokens: z.number(),
  reasoningTokens: z.number(),
  costUsd: z.string(),
  savedUsd: z.string(),
});
export type BilledUsage = z.infer<typeof usageSchema>;

/** By the ids of messages; a message without usage is not there. Throws the fault of usage. */
export type LoadUsage = (
  identity: Identity,
  messageIds: readonly string[],
) => Promise<ReadonlyMap<string, BilledUsage>>;

/** Milliseconds that usage has to respond. */
const deadlineMs = 10_000;
const fields = Object.keys(usageSchema.shape).join(' ');
const query = `query Usage($messages: [_Any!]!) {
  _entities(representations: $messages) { ... on Message { usage { ${fields} } } }
}`;
const resultSchema = z.object({ _entities: z.array(z.object({ usage: usageSchema.nullish() }).nullable()) });

export const createUsageLoader =
  (usage: SubgraphClient): LoadUsage =>
  async (identity, messageIds) => {
    if (messageIds.length === 0) return new Map();
    const messages = messageIds.map((id) => ({ __typename: 'Message', id }));
    const { _entities: found } = await usage.call({
      ...{ identity, query, deadlineMs },
      variables: { messages },
      data: resultSchema,
    });
    return new Map(
      found.flatMap((entry, at) => {
        const id = messageIds[at];
        return entry?.usage && id !== undefined ? [[id, entry.usage] as const] : [];
      }),
    );
  };
