/** The events of answers, one a row, for installations that keep them all (`STREAM_PERSISTENCE=all`). */
import { tenantTableSql } from '#kernel/database/row-level-security.ts';
import { SqlMigration } from '#kernel/database/sql-migration.ts';

export class Migration0003KeepChunks extends SqlMigration {
  protected override statements(): readonly string[] {
    return [
      // json and not jsonb: what was told is told again byte for byte.
      `create table conversations.message_chunks (
        tenant_id uuid not null,
        message_id uuid not null,
        seq integer not null,
        event json not null,
        primary key (message_id, seq),
        foreign key (tenant_id, message_id) references conversations.messages (tenant_id, id) on delete cascade
      )`,
      ...tenantTableSql('conversations.message_chunks'),
    ];
  }
}
