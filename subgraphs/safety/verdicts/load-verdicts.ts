/** Loads the verdicts of many messages with one statement. Each request has its own loader. */
import DataLoader from 'dataloader';
import { validate as isUuid } from 'uuid';
import type { Database } from '#kernel/database/database.ts';
import { type Verdict, VerdictEntity } from '../entities.ts';

/** The verdicts of a message by its id, INPUT before OUTPUT. */
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
