/** Makes the cluster of an embedded database in a directory, `main.ts DIR`, as it is before the first migration. */
import { PGlite } from '@electric-sql/pglite';

const [, , directory] = process.argv;
if (directory === undefined) throw new Error('usage: main.ts DIR');
const database = await PGlite.create(directory);
await database.close();
