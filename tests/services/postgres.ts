/**
 * A PostgreSQL of one's own, on a private port: superuser postgres, no password; without fsync, so it survives a kill
 * and no power cut.
 */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findProgram, type Service, startChild, untilReady } from './child.ts';
import { freePort } from './ports.ts';
import { isInMemory } from './scratch.ts';

export interface Postgres extends Service {
  /** An empty database of one's own. Gives its URL. */
  createDatabase(): Promise<string>;
  /** From now on transactions may, or may not, write: as after a failover. Sessions hear of it within a moment. */
  setReadOnly(isReadOnly: boolean): Promise<void>;
}

const run = promisify(execFile);
const startTimeoutMs = 20_000;
const debianVersions = '/usr/lib/postgresql';

const program = (name: string): string => {
  const versions = existsSync(debianVersions) ? readdirSync(debianVersions).sort().reverse() : [];
  return findProgram(`PostgreSQL (${name})`, [
    name,
    ...versions.map((version) => join(debianVersions, version, 'bin', name)),
  ]);
};

/** PostgreSQL refuses to run as root: then it runs as the user `postgres` that its package brings. */
const serverUser = async (): Promise<{ uid: number; gid: number } | undefined> => {
  if (process.getuid?.() !== 0) return undefined;
  const numberOf = async (flag: string) => Number((await run('id', [flag, 'postgres'])).stdout);
  return { uid: await numberOf('-u'), gid: await numberOf('-g') };
};

export const startPostgres = async (): Promise<Postgres> => {
  const [initdb, server, psql] = [program('initdb'), program('postgres'), program('psql')];
  // Not the TMPDIR of a user: the server's user must be able to enter it.
  const parent = isInMemory(tmpdir()) ? tmpdir() : '/tmp';
  const directory = await mkdtemp(join(parent, 'parlance-postgres-'));
  const user = await serverUser();
  if (user) await chown(directory, user.uid, user.gid);
  const port = await freePort();
  const data = join(directory, 'data');
  await run(initdb, ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-sync'], {
    ...user,
    cwd: directory,
  });
  const address = `127.0.0.1:${port}`;
  const execute = async (...statements: readonly string[]) => {
    const sql = statements.flatMap((one) => ['-c', one]);
    await run(psql, ['-h', '127.0.0.1', '-p', String(port), '-U', 'postgres', '-q', ...sql]);
  };
  const isReady = async () => {
    const sql = ['-h', '127.0.0.1', '-p', String(port), '-U', 'postgres', '-Atqc', 'select 1'];
    return run(psql, sql).then(
      () => true,
      () => false,
    );
  };
  const start = async () => {
    const settings = ['fsync=off', 'full_page_writes=off', 'max_connections=200', 'max_wal_size=256MB'];
    const child = startChild(
      server,
      ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', directory, ...settings.flatMap((one) => ['-c', one])],
      user ? { user } : {},
    );
    await untilReady(child, isReady, startTimeoutMs);
    return child;
  };
  let child = await start();
  return {
    url: `postgresql://postgres@${address}/postgres`,
    port,
    get pid() {
      return child.pid;
    },
    /** SIGINT is the fast shutdown; SIGTERM would wait for the clients to leave. */
    stop: () => child.end('SIGINT'),
    kill: () => child.end('SIGKILL'),
    async restart() {
      await child.end('SIGINT');
      child = await start();
    },
    async setReadOnly(isReadOnly) {
      // A session of its own may write whatever the default says.
      await execute(
        'set default_transaction_read_only = off',
        `alter system set default_transaction_read_only = ${isReadOnly}`,
        'select pg_reload_conf()',
      );
    },
    async createDatabase() {
      const name = `test_${randomUUID().replaceAll('-', '')}`;
      await execute('set default_transaction_read_only = off', `create database ${name}`);
      return `postgresql://postgres@${address}/${name}`;
    },
    async [Symbol.asyncDispose]() {
      await child.end('SIGKILL');
      await rm(directory, { recursive: true, force: true });
    },
  };
};
