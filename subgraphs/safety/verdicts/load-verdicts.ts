/** Loads the verdicts of many messages with one statement. One loader per request. */
import DataLoader from 'dataloader';
import { validate as isUuid } from 'uuid';
import type { Database } from '#kernel/database/database.ts';
import { type Verdict, VerdictEntity } from '../entities.ts';

export type VerdictLoader = DataLoader<string, Verdict | undefined>;

/** Keyed by message id. What a model wrote counts more than what was asked, should a message have both. */
export const createVerdictLoader = (database: Database, tenantId: string): VerdictLoader =>
  new DataLoader(async (messageIds) => {
    const verdicts = await database
      .forTenant(tenantId)
      .find(
        VerdictEntity,
        { messageId: { $in: messageIds.filter((id) => isUuid(id)) } },
        { orderBy: { stage: 'asc' } },
      );
    const byMessage = new Map(verdicts.map((verdict) => [verdict.messageId, verdict]));
    return messageIds.map((messageId) => byMessage.get(messageId));
  });
