/** Makes the cluster of an embedded database in a directory, `main.ts DIR`, with every migration of the subgraphs. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { openPglite } from '#kernel/database/pglite.ts';

const [, , directory] = process.argv;
if (directory === undefined) throw new Error('usage: main.ts DIR');
const migrations = join(import.meta.dirname, '../../../migrations');
const names = readdirSync(migrations, { withFileTypes: true }).flatMap((each) => (each.isDirectory() ? each.name : []));
const database = await openPglite(
  directory,
  names.map((name) => ({ name, entities: [] })),
);
await database[Symbol.asyncDispose]();
