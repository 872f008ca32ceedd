/**
 * Brings each subgraph's Postgres schema up to date: roles, schema, the subgraph's migrations, which are MikroORM
 * migration classes in migrations/<subgraph>/, then its functions. Runs at the start of every process. The caller makes
 * sure that one process does it at a time.
 */
import { join } from 'node:path';
import { Migrator } from '@mikro-orm/migrations';
import type { MikroORM } from '@mikro-orm/sql';
import type { TableSet } from './database.ts';
import { createRolesSql, createSchemaSql } from './row-level-security.ts';
import { applyFunctions } from './sql-functions.ts';

const folderOf = ({ name, migrations }: TableSet): string =>
  migrations ?? join(import.meta.dirname, '../../migrations', name);

/** @param orm connected as a login that may create schemas and roles; without entities. */
export const migrate = async (orm: MikroORM, schemas: readonly TableSet[]): Promise<void> => {
  const connection = orm.em.getConnection();
  await connection.execute(createRolesSql, [], 'run');
  for (const tableSet of schemas) {
    const { name } = tableSet;
    const folder = folderOf(tableSet);
    for (const statement of createSchemaSql(name)) await connection.execute(statement, [], 'run');
    orm.config.set('migrations', {
      ...orm.config.get('migrations'),
      path: folder,
      pathTs: folder,
      glob: '!(*.d).{ts,js}',
      tableName: `${name}.migrations`,
      snapshot: false,
      silent: true,
    });
    await new Migrator(orm.em.fork()).up();
    await applyFunctions(orm, name, join(folder, 'functions'));
  }
};
