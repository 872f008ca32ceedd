/**
 * What administrators decide about users: the role that counts in place of that of their tokens, and whether they may
 * do anything.
 */
import { SqlMigration } from '#kernel/database/sql-migration.ts';

export class Migration0005DecideAccess extends SqlMigration {
  protected override statements(): readonly string[] {
    return [
      // access_version counts the decisions; 0: nobody decided anything.
      `alter table usage.users
        add column is_active boolean not null default true,
        add column assigned_role text check (assigned_role in ('USER', 'ADMIN', 'BILLING_ADMIN')),
        add column access_version integer not null default 0`,
      // All decisions are read every few seconds.
      'create index users_decided on usage.users (tenant_id, id) where access_version > 0',
    ];
  }
}
