/**
 * The database on a PostgreSQL server. The login of the URL runs the migrations. Every pooled connection acts as
 * `app_rw` from its start, so no query runs with the login's own rights.
 */
import { MikroORM } from '@mikro-orm/postgresql';
import type { Pool } from 'pg';
import {
  type CallStatement,
  createDatabase,
  type Database,
  ormOptions,
  type StatementCounter,
  type TableSet,
} from './database.ts';
import { endSilentClients, releaseLostClients } from './lost-clients.ts';
import { poolConnections, poolWaiting } from './metrics.ts';
import { migrate } from './migrate.ts';
import { rwRole } from './row-level-security.ts';

/** Advisory lock held while migrating, so that other processes wait. The number is "parl" in ASCII. */
const migrationLock = 0x7061726c;

/** Milliseconds to wait for a connection of the pool. After that the request is refused and may be repeated. */
const connectTimeoutMs = 10_000;
/** Milliseconds that one statement may take, and wait for a lock. Far above the slowest report. */
const statementTimeoutMs = 12_000;
const lockTimeoutMs = 8_000;
/**
 * Milliseconds of silence after which a server that owes a result counts as lost. Above `statementTimeoutMs`.
 */
const defaultSilenceMs = 15_000;

export interface PostgresqlOptions {
  /** `postgres://user:password@host:port/database`. The login may create roles and schemas, unless they exist. */
  readonly url: string;
  /** Maximum number of connections of this process. */
  readonly poolSize: number;
  /** Milliseconds of silence after which a server that owes a result counts as lost. Default 15,000. */
  readonly silenceMs?: number;
}

/**
 * Sends calls as prepared statements, which each connection parses and plans once. The callers' statements are few and
 * constant, so their names are kept for good.
 */
const createCalls = (pool: Pool, counter: StatementCounter): CallStatement => {
  const prepared = new Map<string, { readonly name: string; readonly text: string }>();
  const prepare = (sql: string) => {
    let parameters = 0;
    const text = sql.replace(/\?/g, () => {
      parameters += 1;
      return `$${parameters}`;
    });
    const statement = { name: `call_${prepared.size + 1}`, text };
    prepared.set(sql, statement);
    return statement;
  };
  return async (sql, values) => {
    counter.count += 1;
    const { rows } = await pool.query<Record<string, unknown>>({
      ...(prepared.get(sql) ?? prepare(sql)),
      values: [...values],
    });
    return rows;
  };
};

export const openPostgresql = async (options: PostgresqlOptions, schemas: readonly TableSet[]): Promise<Database> => {
  const counter = { count: 0 };
  const migrator = await MikroORM.init({
    ...ormOptions([], counter),
    clientUrl: options.url,
    pool: { min: 0, max: 3 },
  });
  try {
    const connection = migrator.em.getDriver().getConnection();
    // Else closing waits for ever for a client that was lost in the transaction.
    releaseLostClients(await connection.getNativeClient());
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
    driverOptions: {
      options: `-c role=${rwRole} -c statement_timeout=${statementTimeoutMs} -c lock_timeout=${lockTimeoutMs}`,
      application_name: 'parlance',
      keepAlive: true,
      connectionTimeoutMillis: connectTimeoutMs,
    },
  });
  counter.count = 0;
  const pool = await orm.em.getDriver().getConnection().getNativeClient();
  releaseLostClients(pool);
  endSilentClients(pool, options.silenceMs ?? defaultSilenceMs);
  const read = [
    poolConnections.from(() => [
      { value: pool.totalCount - pool.idleCount, labels: { state: 'used' } },
      { value: pool.idleCount, labels: { state: 'idle' } },
    ]),
    poolWaiting.from(() => [{ value: pool.waitingCount }]),
  ];
  return createDatabase(orm, createCalls(pool, counter), counter, {
    close: async () => {
      for (const reading of read) reading[Symbol.dispose]();
      await orm.close(true);
    },
  });
};
