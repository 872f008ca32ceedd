/** Loads what messages and conversations of one tenant have cost, in one statement for each batch. */
import DataLoader from 'dataloader';
import type { Database } from '#kernel/database/database.ts';
import { batchByUuid } from '../batch-by-uuid.ts';
import { type UsageEvent, UsageEventEntity } from '../entities.ts';

const costsSql = `select conversation_id, sum(cost_usd)::text as cost from usage.usage_events
  where conversation_id in (?) group by conversation_id`;

/** The ledger entries of replies by message id; null for a foreign, unknown or unfinished message. */
export type EntryLoader = DataLoader<string, UsageEvent | null>;

export const createEntryLoader = (database: Database, tenantId: string): EntryLoader =>
  new DataLoader(
    batchByUuid<UsageEvent | null>(async (ids) => {
      const events = await database
        .forTenant(tenantId)
        .find(UsageEventEntity, { messageId: { $in: [...ids] }, kind: 'REPLY' });
      return new Map(events.map((event) => [event.messageId, event]));
    }, null),
  );

/** The costs of conversations in USD by conversation id; "0" for a foreign or unknown conversation. */
export type CostLoader = DataLoader<string, string>;

export const createCostLoader = (database: Database, tenantId: string): CostLoader =>
  new DataLoader(
    batchByUuid(async (ids) => {
      const rows = await database
        .forTenant(tenantId)
        .execute<{ conversation_id: string; cost: string }[]>(costsSql, [[...ids]]);
      return new Map(rows.map((row) => [row.conversation_id, row.cost]));
    }, '0'),
  );
