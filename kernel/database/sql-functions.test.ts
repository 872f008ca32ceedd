/** Functions in processes of two versions that run at once, as in a rolling upgrade. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { MikroORM as PgliteOrm } from '@mikro-orm/pglite';
import { MikroORM as PostgresqlOrm } from '@mikro-orm/postgresql';
import type { MikroORM } from '@mikro-orm/sql';
import { describe, expect, test } from 'vitest';
import { createDirectory } from '#tests/services/directory.ts';
import { sharedService } from '#tests/services/shared-services.ts';
import { ormOptions } from './database.ts';
import { createRolesSql } from './row-level-security.ts';
import { applyFunctions } from './sql-functions.ts';

const options = ormOptions([], { count: 0 });
const engines: Readonly<Record<string, () => Promise<MikroORM>>> = {
  PGlite: async () =>
    PgliteOrm.init({ ...options, dbName: 'postgres', driverOptions: { pglite: await PGlite.create() } }),
  PostgreSQL: async () => PostgresqlOrm.init({ ...options, clientUrl: await sharedService('postgres') }),
};

const bodyOf = (word: string): string =>
  `create or replace function upgraded.word() returns text language sql as $$ select '${word}' $$;`;

describe.each(Object.entries(engines))('%s', (_, open) => {
  test('an older process that restarts after a newer one does not put its function back', async () => {
    const orm = await open();
    await using directory = await createDirectory();
    /** The functions as one version has them. */
    const version = async (revision: number, word: string): Promise<string> => {
      const folder = join(directory.path, word);
      await mkdir(folder);
      await writeFile(join(folder, 'word.sql'), `-- revision ${revision}\n${bodyOf(word)}\n`);
      return folder;
    };
    const [older, newer] = [await version(1, 'older'), await version(2, 'newer')];
    const start = async (folder: string): Promise<unknown> => {
      await applyFunctions(orm, 'upgraded', folder);
      return orm.em.fork().execute('select upgraded.word() as word, (select revision from upgraded.functions)');
    };
    try {
      await orm.em.fork().execute(createRolesSql);
      await orm.em.fork().execute('create schema upgraded');
      expect(await start(older)).toEqual([{ word: 'older', revision: 1 }]);
      expect(await start(newer)).toEqual([{ word: 'newer', revision: 2 }]);
      expect(await start(older)).toEqual([{ word: 'newer', revision: 2 }]);
    } finally {
      await orm.close(true);
    }
  });
});
