/** By which version the terms of an index were made: those of another one are made again (refresh-terms.ts). */
import { SqlMigration } from '#kernel/database/sql-migration.ts';

export class Migration0016VersionTerms extends SqlMigration {
  protected override statements(): readonly string[] {
    return ['alter table knowledge.document_indexes add column terms_version integer not null default 0'];
  }
}
