/**
 * Passages stay in one piece in the table, with vectors of up to about 1,000 numbers, where PostgreSQL by itself moves
 * what exceeds 2 kB to a second table: every search reads all of a passage, and would look up each vector once more.
 * Counts for what is written from now on.
 */
import { SqlMigration } from '#kernel/database/sql-migration.ts';

/** Bytes; the most that PostgreSQL allows with its pages of 8 kB. */
const wholeRow = 8_160;

export class Migration0017KeepPassagesWhole extends SqlMigration {
  protected override statements(): readonly string[] {
    return [`alter table knowledge.chunks set (toast_tuple_target = ${wholeRow})`];
  }
}
