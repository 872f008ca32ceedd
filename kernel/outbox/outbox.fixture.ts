/** An outbox with a table of its own, and a queue that its messages go to. */
import { join } from 'node:path';
import type { QueueDeclaration } from '../broker/topology.ts';
import type { TableSet } from '../database/database.ts';
import { defineOutbox } from './outbox-table.ts';

export const FixtureOutbox = defineOutbox('outbox_fixture');

export const outboxTables: TableSet = {
  name: 'outbox_fixture',
  entities: [FixtureOutbox],
  migrations: join(import.meta.dirname, 'fixture-migrations'),
};

export const outboxQueue: QueueDeclaration = {
  name: 'fixture.happened',
  exchange: 'events',
  routingKeys: ['thing.happened'],
  deliveryLimit: 5,
};
