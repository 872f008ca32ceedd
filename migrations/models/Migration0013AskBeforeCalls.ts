/** When the user has to allow a call of a tool: by MCP server, and by HTTP tool. */
import { SqlMigration } from '#kernel/database/sql-migration.ts';

const columnSql = (table: string, byDefault: string): string =>
  `alter table ${table} add column approval text not null default '${byDefault}'
    check (approval in ('NEVER', 'AFTER_UNTRUSTED', 'ALWAYS'))`;

export class Migration0013AskBeforeCalls extends SqlMigration {
  protected override statements(): readonly string[] {
    // An HTTP tool is the tenant's own, and has been called without a question so far.
    return [columnSql('models.mcp_servers', 'AFTER_UNTRUSTED'), columnSql('models.tools', 'NEVER')];
  }
}
