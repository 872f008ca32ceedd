/** Finds the summary for prompts that continue a message. */
import type { EntityManager } from '@mikro-orm/sql';
import { z } from 'zod';
import { callFunctionIn } from '#kernel/database/call-function.ts';
import type { Conversation } from '../entities.ts';
import { keptMessages, summaryVersion } from './summary-terms.ts';

const summarySchema = z
  .object({
    last_message_id: z.string(),
    depth: z.number(),
    content: z.string(),
    tokens: z.number(),
    created_at: z.coerce.date(),
  })
  .transform(({ last_message_id: lastMessageId, created_at: createdAt, ...rest }) => ({
    ...rest,
    lastMessageId,
    createdAt,
  }));
/** A summary of all messages from the root to its last one, whose depth says how many these are. */
export type FoundSummary = Readonly<z.infer<typeof summarySchema>>;

/** The newest one on the branch down to `tipId`. Asks nothing of the database where the conversation never had any. */
export const findSummary = async (
  em: EntityManager,
  { tenantId, id, summarised }: Pick<Conversation, 'tenantId' | 'id' | 'summarised'>,
  tipId: string,
): Promise<FoundSummary | undefined> => {
  if (!summarised) return undefined;
  const [row] = await callFunctionIn(em, {
    name: 'conversations.find_summary',
    parameters: {
      a_tenant: tenantId,
      a_conversation: id,
      a_tip: tipId,
      a_kept: keptMessages,
      a_version: summaryVersion,
    },
  });
  return row === undefined ? undefined : summarySchema.parse(row);
};
