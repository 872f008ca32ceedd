/**
 * The embedded database: PostgreSQL compiled to WebAssembly, with its data in a directory and one connection.
 * Invariants: one ORM uses an instance at a time, because two would share the session's role; one process uses a
 * directory, whose lock the caller holds.
 */
import { mkdir } from 'node:fs/promises';
import { PGlite } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite-pgvector';
import { MikroORM } from '@mikro-orm/pglite';
import { probeDisk } from '../connections/disk-probe.ts';
import { type CallStatement, createDatabase, type Database, ormOptions, type TableSet } from './database.ts';
import { migrate } from './migrate.ts';
import { rwRole } from './row-level-security.ts';

/** @param directory of the data; created if missing */
export const openPglite = async (directory: string, schemas: readonly TableSet[]): Promise<Database> => {
  await mkdir(directory, { recursive: true });
  const instance = await PGlite.create(directory, { extensions: { vector } });
  const driverOptions = { pglite: instance };
  const counter = { count: 0 };
  const migrator = await MikroORM.init({ ...ormOptions([], counter), dbName: 'postgres', driverOptions });
  await migrate(migrator, schemas);
  await migrator.close(true);
  const orm = await MikroORM.init({ ...ormOptions(schemas, counter), dbName: 'postgres', driverOptions });
  await instance.exec(`set role ${rwRole}`);
  counter.count = 0;
  const call: CallStatement = (sql, parameters) => orm.em.getConnection().execute<unknown[]>(sql, [...parameters]);
  return createDatabase(orm, call, counter, {
    probe: () => probeDisk(directory),
    close: async () => {
      await orm.close(true);
      await instance.close();
    },
  });
};
