import { tenantTableSql } from '../row-level-security.ts';
import { SqlMigration } from '../sql-migration.ts';

export class Migration0001CreateRows extends SqlMigration {
  protected override statements(): readonly string[] {
    return [
      'create table fixture.rows (id uuid primary key, tenant_id uuid not null, title text)',
      ...tenantTableSql('fixture.rows'),
    ];
  }
}
