/**
 * A migration as a list of SQL statements, which run in order in one transaction. Each element is one statement,
 * because the prepared protocol takes one at a time and PGlite has no other.
 */
import { Migration } from '@mikro-orm/migrations';

export abstract class SqlMigration extends Migration {
  protected abstract statements(): readonly string[];

  override up(): void {
    for (const statement of this.statements()) this.addSql(statement);
  }
}
