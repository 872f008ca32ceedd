/**
 * Port: the tables of the subgraphs, through MikroORM. Its two adapters are PostgreSQL (a URL) and PGlite (a
 * directory). Invariant: every EntityManager has a session. It is a tenant's, under which row level security shows only
 * the rows of that tenant, or the system's within one transaction. There is no unscoped one.
 */
import {
  type EntityManager,
  type LogContext,
  type MikroORM,
  type Options,
  UnderscoreNamingStrategy,
} from '@mikro-orm/sql';
import { statementsSent } from './metrics.ts';
import { systemRole, tenantVariable } from './row-level-security.ts';

/** A subgraph's part of the database: one Postgres schema. */
export interface TableSet {
  readonly name: string;
  readonly entities: NonNullable<Options['entities']>;
  /** The folder of its migrations and functions. Default: migrations/<name>. */
  readonly migrations?: string;
}

export interface Database extends AsyncDisposable {
  /**
   * A new unit of work that sees one tenant. It is cheap: make one per resolver, loader batch or mutation. A mutation
   * makes all its writes in one `em.transactional`. Inside a transaction, await only queries of that transaction.
   */
  forTenant(tenantId: string): EntityManager;
  /**
   * Runs one statement in one round trip, as a transaction of its own and without a session, for the hot paths. The
   * statement calls a function of the subgraph's schema that sets the tenant from its first argument; without that it
   * sees no rows. Each `?` is a parameter.
   */
  call(sql: string, parameters: readonly unknown[]): Promise<readonly unknown[]>;
  /**
   * Runs one transaction that sees every tenant, for consumers, relays, sweeps and retention. Never use it on behalf of
   * a request.
   */
  asSystem<Result>(work: (em: EntityManager) => Promise<Result>): Promise<Result>;
  /** SQL statements sent so far, without pings. For tests that count them. */
  readonly statements: number;
  /** Rejects when the database does not respond or takes no writes. For /health/ready and the watch of stores. */
  ping(): Promise<void>;
}

/** Marks statements that are not counted. */
const pingLabel = 'ping';

/** Counts what MikroORM logs as queries. */
export interface StatementCounter {
  count: number;
}

/** Options that both adapters share. */
export const ormOptions = (schemas: readonly TableSet[], counter: StatementCounter) => ({
  entities: schemas.flatMap((schema) => [...schema.entities]),
  namingStrategy: UnderscoreNamingStrategy,
  discovery: { warnWhenNoEntities: false },
  allowGlobalContext: false,
  debug: ['query'] as 'query'[],
  /** The query logger only counts: it prints nothing. */
  logger: () => {},
  loggerFactory: () => ({
    log: () => {},
    error: () => {},
    warn: () => {},
    setDebugMode: () => {},
    isEnabled: () => true,
    logQuery: ({ label }: LogContext) => {
      if (label !== pingLabel) counter.count += 1;
    },
  }),
});

/** A server that is read-only, such as a replica after a failover, responds but takes no writes. */
const requireWritable = async (em: EntityManager): Promise<void> => {
  const sql = `select current_setting('transaction_read_only') as mode`;
  const [row] = await em.execute<{ readonly mode: string }[]>(sql, [], 'all', { label: pingLabel });
  // 25006 is what a write would be refused with.
  if (row?.mode === 'on') throw Object.assign(new Error('The database is read-only'), { code: '25006' });
};

/** How an adapter sends the one statement of `call`. */
export type CallStatement = Database['call'];

export const createDatabase = (
  orm: MikroORM,
  call: CallStatement,
  counter: StatementCounter,
  /** What the adapter adds: `probe` rejects while its disk takes no data. */
  { close, probe }: { readonly close: () => Promise<void>; readonly probe?: () => Promise<void> },
): Database => {
  const counted = statementsSent.from(() => [{ value: counter.count }]);
  return {
    forTenant: (tenantId) => orm.em.fork({ session: { variables: { [tenantVariable]: tenantId } } }),
    call,
    asSystem: (work) => orm.em.fork({ session: { role: systemRole } }).transactional(work),
    get statements() {
      return counter.count;
    },
    async ping() {
      await probe?.();
      await requireWritable(orm.em.fork());
    },
    async [Symbol.asyncDispose]() {
      counted[Symbol.dispose]();
      await close();
    },
  };
};
