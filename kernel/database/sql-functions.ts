/**
 * A schema's SQL functions: one function a file in migrations/<schema>/functions, whose first line is `-- revision N`.
 * Each process applies, at its start and after the migrations, the files whose revision is higher than the recorded
 * one. Invariant: an older process that restarts beside newer ones puts no older function back, which is why a revision
 * decides and not a checksum.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { MikroORM } from '@mikro-orm/sql';
import { rwRole, systemRole } from './row-level-security.ts';

export interface SqlFunction {
  readonly name: string;
  /** Counts from 1; raised with each change of the text. */
  readonly revision: number;
  /** `create or replace function ...`, and nothing else. */
  readonly text: string;
}

const firstLine = /^-- revision ([1-9]\d*)\n/;

const parseFunction = (name: string, text: string): SqlFunction => {
  const revision = firstLine.exec(text)?.[1];
  if (revision === undefined) throw new Error(`${name}.sql does not begin with "-- revision N"`);
  return { name, revision: Number(revision), text };
};

/** In the order of their names. None where the folder is missing. */
export const readFunctions = async (folder: string): Promise<readonly SqlFunction[]> => {
  const files = await readdir(folder).catch((fault: unknown) => {
    if (fault instanceof Error && 'code' in fault && fault.code === 'ENOENT') return [];
    throw fault;
  });
  const named = files.filter((file) => file.endsWith('.sql')).toSorted();
  return Promise.all(
    named.map(async (file) => parseFunction(file.slice(0, -'.sql'.length), await readFile(join(folder, file), 'utf8'))),
  );
};

/**
 * Services may neither read nor write what is recorded. The caller makes sure that one process
 * does it at a time. Functions may call each other: bodies are not checked.
 */
export const applyFunctions = async (orm: MikroORM, schema: string, folder: string): Promise<void> => {
  const functions = await readFunctions(folder);
  await orm.em.fork().transactional(async (em) => {
    await em.execute(
      `create table if not exists ${schema}.functions (name text primary key, revision integer not null)`,
    );
    await em.execute(`revoke all on ${schema}.functions from ${rwRole}, ${systemRole}`);
    const recorded = await em.execute<{ readonly name: string; readonly revision: number }[]>(
      `select name, revision from ${schema}.functions`,
    );
    const revisions = new Map(recorded.map(({ name, revision }) => [name, revision]));
    await em.execute('set local check_function_bodies = off');
    for (const { name, revision, text } of functions) {
      if (revision <= (revisions.get(name) ?? 0)) continue;
      await em.execute(text);
      await em.execute(
        `insert into ${schema}.functions values (?, ?) on conflict (name) do update set revision = excluded.revision`,
        [name, revision],
      );
    }
  });
};
