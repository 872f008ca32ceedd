/** Loads the verdicts of many messages with one statement. One loader per request. */
import DataLoader from 'dataloader';
import { validate as isUuid } from 'uuid';
import type { Database } from '#kernel/database/database.ts';
import { type Verdict, VerdictEntity } from '../entities.ts';

/** Message id -> its verdicts, INPUT before OUTPUT. */
export type VerdictLoader = DataLoader<string, readonly Verdict[]>;

export const createVerdictLoader = (database: Database, tenantId: string): VerdictLoader =>
  new DataLoader(async (messageIds) => {
    const verdicts = await database
      .forTenant(tenantId)
      .find(
        VerdictEntity,
        { messageId: { $in: messageIds.filter((id) => isUuid(id)) } },
        { orderBy: { stage: 'asc' } },
      );
    const byMessage = Map.groupBy(verdicts, ({ messageId }) => messageId);
    return messageIds.map((messageId) => byMessage.get(messageId) ?? []);
  });
