/**
 * `npm run migrations`: applies all migrations to an empty database and writes what that leads to where it is
 * committed: the tables of each schema (migrations/<schema>/schema.sql), and the text of each function under its
 * revision (migrations/<schema>/functions/revisions.txt). Refuses a function whose text changed under the same
 * revision, because databases that have applied it would keep the former text.
 */
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { pgDump } from '@electric-sql/pglite-tools/pg_dump';
import { openPglite } from '#kernel/database/pglite.ts';
import { readFunctions } from '#kernel/database/sql-functions.ts';

const root = join(import.meta.dirname, '..');

/** The recorded text of a path below the project's root, or why it cannot be recorded. */
export type Recording = { readonly file: string; readonly text: string } | { readonly refused: string };

/** What a dump says of one object: its kind in the comment, then the statement. */
const section = /^--\n-- Name: (?<name>.*?); Type: (?<kind>.*?); .*\n--\n/gm;
/** Functions have files of their own; rights and the schema itself are the kernel's. */
const omittedKinds = new Set(['FUNCTION', 'SCHEMA', 'ACL', 'DEFAULT ACL']);
/** What records which migrations and functions were applied. */
const bookkeeping = /^(migrations|functions)\b|^migrations_id_seq/;

const tablesOf = (dump: string): string => {
  const heads = [...dump.matchAll(section)];
  const kept = heads.flatMap((head, index) => {
    const { name = '', kind = '' } = head.groups ?? {};
    if (omittedKinds.has(kind) || bookkeeping.test(name)) return [];
    const end = heads[index + 1]?.index ?? dump.lastIndexOf('--\n-- PostgreSQL database dump complete');
    return [dump.slice(head.index + head[0].length, end).trim()];
  });
  return `-- Where the migrations lead. Written by: npm run migrations\n\n${kept.join('\n\n')}\n`;
};

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);

/** @param folder of the functions, below `root` */
export const recordRevisions = async (root: string, folder: string): Promise<Recording> => {
  const recorded = await readFile(join(root, folder, 'revisions.txt'), 'utf8').catch(() => '');
  const known = new Map(recorded.split('\n').map((line) => [line.split(' ')[0], line]));
  const lines: string[] = [];
  for (const { name, revision, text } of await readFunctions(join(root, folder))) {
    const line = `${name} ${revision} ${hashOf(text)}`;
    const former = known.get(name)?.split(' ');
    if (former !== undefined && known.get(name) !== line && revision <= Number(former[1])) {
      return { refused: `${folder}/${name}.sql changed: raise its revision above ${former[1]}.` };
    }
    lines.push(line);
  }
  return { file: `${folder}/revisions.txt`, text: `${lines.join('\n')}\n` };
};

/** Of every schema. Takes seconds: it opens a database. */
export const recordMigrations = async (): Promise<readonly Recording[]> => {
  const entries = await readdir(join(root, 'migrations'), { withFileTypes: true });
  const schemas = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const directory = await mkdtemp(join(tmpdir(), 'parlance-migrations-'));
  try {
    const database = await openPglite(
      directory,
      schemas.map((name) => ({ name, entities: [] })),
    );
    await database[Symbol.asyncDispose]();
    const pg = await PGlite.create(directory);
    const recordings: Recording[] = [];
    for (const schema of schemas) {
      const dump = await pgDump({ pg, args: [`--schema=${schema}`, '--schema-only', '--no-owner', '--no-privileges'] });
      recordings.push({ file: `migrations/${schema}/schema.sql`, text: tablesOf(await dump.text()) });
      recordings.push(await recordRevisions(root, `migrations/${schema}/functions`));
    }
    await pg.close();
    return recordings;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
};

if (import.meta.main) {
  for (const recording of await recordMigrations()) {
    if ('refused' in recording) {
      process.stderr.write(`${recording.refused}\n`);
      process.exitCode = 1;
    } else {
      await writeFile(join(root, recording.file), recording.text);
    }
  }
}
