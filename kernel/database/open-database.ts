/**
 * Opens the configured database: PostgreSQL if there is a URL, otherwise PGlite in the data directory.
 */
import { join } from 'node:path';
import { z } from 'zod';
import { startError } from '../connections/start-error.ts';
import { type StoreWatch, watchStore } from '../connections/store-watch.ts';
import type { Logger } from '../log.ts';
import type { Database, TableSet } from './database.ts';

/** Environment variables of every process that has tables; spread into its configuration. */
export const databaseEnvironment = {
  DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/ })
    .optional()
    .describe('PostgreSQL, as postgres://user:password@host:port/database. Not set: PGlite in DATA_DIR.'),
  DATABASE_POOL_SIZE: z.coerce.number().int().min(2).default(20).describe('Connections to PostgreSQL per process.'),
};

/** Milliseconds between two tries, give or take half. */
const retryEveryMs = 500;

const isUnreachable = (fault: unknown): boolean =>
  fault instanceof Error &&
  /ECONNREFUSED|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|ECONNRESET|Connection terminated|terminating connection|starting up|shutting down|57P03/.test(
    `${fault.message} ${String(fault.cause)}`,
  );

export interface DatabaseConfig {
  readonly DATABASE_URL?: string | undefined;
  readonly DATABASE_POOL_SIZE: number;
  readonly DATA_DIR: string;
  /** Milliseconds to wait for a server that is missing. */
  readonly SERVICE_START_TIMEOUT_MS: number;
}

/** Watches whether the database works, for consumers that store what they take. */
export const watchDatabase = (database: Database, logger: Logger): StoreWatch =>
  watchStore({ store: 'database', ping: () => database.ping(), logger });

export const openDatabase = async (config: DatabaseConfig, schemas: readonly TableSet[]): Promise<Database> => {
  if (config.DATABASE_URL === undefined) {
    const { openPglite } = await import('./pglite.ts');
    return openPglite(join(config.DATA_DIR, 'postgres'), schemas);
  }
  const { openPostgresql } = await import('./postgresql.ts');
  const options = { url: config.DATABASE_URL, poolSize: config.DATABASE_POOL_SIZE };
  const deadline = Date.now() + config.SERVICE_START_TIMEOUT_MS;
  for (;;) {
    try {
      return await openPostgresql(options, schemas);
    } catch (cause) {
      if (!isUnreachable(cause)) throw cause;
      if (Date.now() > deadline) {
        throw startError({
          service: 'PostgreSQL',
          variable: 'DATABASE_URL',
          url: options.url,
          timeoutMs: config.SERVICE_START_TIMEOUT_MS,
          cause,
        });
      }
      await new Promise((resolve) => setTimeout(resolve, retryEveryMs * (0.5 + Math.random())));
    }
  }
};
