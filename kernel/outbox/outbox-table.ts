/**
 * The table of an outbox, one for each Postgres schema that publishes: messages for the broker, stored in the
 * transaction of the data that they follow from. relay.ts publishes and deletes them.
 */
import { defineEntity, type EntityManager, p } from '@mikro-orm/sql';
import { v7 as uuidv7 } from 'uuid';
import type { Json } from '../broker/broker.ts';
import { tenantTableSql } from '../database/row-level-security.ts';

/** A message that the broker has not confirmed yet. */
export interface OutboxRow {
  readonly id: string;
  readonly routingKey: string;
  /** The message's id at the broker, by which consumers recognise a copy. A UUID. */
  readonly messageId: string;
  readonly body: Json;
}

/** The entity of `<schema>.outbox`. */
export const defineOutbox = (schema: string) =>
  defineEntity({
    name: `OutboxRow of ${schema}`,
    tableName: 'outbox',
    schema,
    properties: {
      id: p.uuid().primary(),
      tenantId: p.uuid(),
      routingKey: p.text(),
      messageId: p.uuid(),
      body: p.json<Json>(),
      createdAt: p.datetime(3).onCreate(() => new Date()),
    },
  });

export type OutboxEntity = ReturnType<typeof defineOutbox>;

/** Creates that table, for a migration. */
export const outboxTableSql = (schema: string): readonly string[] => [
  `create table ${schema}.outbox (
    id uuid primary key,
    tenant_id uuid not null,
    routing_key text not null,
    message_id uuid not null,
    body jsonb not null,
    created_at timestamptz(3) not null default now()
  )`,
  `create index outbox_by_age on ${schema}.outbox (created_at)`,
  ...tenantTableSql(`${schema}.outbox`),
];

export interface OutboxMessage {
  readonly routingKey: string;
  /** A UUID. */
  readonly messageId: string;
  /** Has to be a JSON value; optional fields may be undefined. */
  readonly body: object;
}

export const outboxRowOf = ({ routingKey, messageId, body }: OutboxMessage): OutboxRow => {
  // Serialized, so that the broker gets exactly what the row holds.
  const json: Json = JSON.parse(JSON.stringify(body));
  return { id: uuidv7(), routingKey, messageId, body: json };
};

/** Stores the row in the current transaction. Pass it to the relay once that has committed. */
export const storeOutboxRow = (
  em: EntityManager,
  entity: OutboxEntity,
  tenantId: string,
  row: OutboxRow,
): OutboxRow => {
  em.create(entity, { ...row, tenantId });
  return row;
};
