import { SqlMigration } from '../../database/sql-migration.ts';
import { outboxTableSql } from '../outbox-table.ts';

export class Migration0001CreateOutbox extends SqlMigration {
  protected override statements(): readonly string[] {
    return outboxTableSql('outbox_fixture');
  }
}
