/**
 * The database on a PostgreSQL server. The login of the URL migrates; every pooled connection then acts as `app_rw` from its
 * start, so that no query runs with the login's own rights.
 */
import { MikroORM } from '@mikro-orm/postgresql';
import { createDatabase, type Database, ormOptions, type RoomSchema } from './database.ts';
import { migrate } from './migrate.ts';
import { rwRole } from './row-level-security.ts';

/** Held while migrating, so that other processes wait. Any number nobody else uses on the server: "parl" in ASCII. */
const migrationLock = 0x7061726c;

export interface PostgresqlOptions {
  /** `postgres://user:password@host:port/database`; the login may create roles and schemas, or they exist. */
  readonly url: string;
  /** Connections of this process at most. */
  readonly poolSize: number;
}

export const openPostgresql = async (options: PostgresqlOptions, schemas: readonly RoomSchema[]): Promise<Database> => {
  const counter = { count: 0 };
  const migrator = await MikroORM.init({
    ...ormOptions([], counter),
    clientUrl: options.url,
    pool: { min: 0, max: 3 },
  });
  try {
    const connection = migrator.em.getConnection();
    await connection.transactional(async (lock) => {
      await connection.execute(`select pg_advisory_xact_lock(${migrationLock})`, [], 'run', lock);
      await migrate(migrator, schemas);
    });
  } finally {
    await migrator.close(true);
  }
  const orm = await MikroORM.init({
    ...ormOptions(schemas, counter),
    clientUrl: options.url,
    pool: { min: 2, max: options.poolSize },
    driverOptions: { options: `-c role=${rwRole}`, application_name: 'parlance', keepAlive: true },
  });
  counter.count = 0;
  return createDatabase(orm, counter, () => orm.close(true));
};
