/** A table with tenants, for tests of the kernel, so that these need none of a subgraph. */
import { join } from 'node:path';
import { defineEntity, p } from '@mikro-orm/core';
import type { TableSet } from './database.ts';

export const RowEntity = defineEntity({
  name: 'Row',
  tableName: 'rows',
  schema: 'fixture',
  properties: {
    id: p.uuid().primary(),
    tenantId: p.uuid(),
    title: p.text().nullable(),
  },
});

export const fixtureTables: TableSet = {
  name: 'fixture',
  entities: [RowEntity],
  migrations: join(import.meta.dirname, 'fixture-migrations'),
};
