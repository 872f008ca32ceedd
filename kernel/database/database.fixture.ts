/** A table with tenants, for tests of the database: that of conversations, as far as they need it. */
import { defineEntity, p } from '@mikro-orm/core';
import type { TableSet } from './database.ts';

export const RowEntity = defineEntity({
  name: 'Row',
  tableName: 'conversations',
  schema: 'conversations',
  properties: {
    id: p.uuid().primary(),
    tenantId: p.uuid(),
    ownerId: p.uuid(),
    title: p.text().nullable(),
  },
});

/** Its migrations are those of conversations. */
export const rowTables: TableSet = { name: 'conversations', entities: [RowEntity] };
