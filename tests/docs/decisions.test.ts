/** docs/decisions.md says why each dependency is there, and speaks of none that is not. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { readDocument, root } from '#tests/support/markdown.ts';

const versions = z.record(z.string(), z.string());
const packageSchema = z.object({
  dependencies: versions,
  devDependencies: versions,
  optionalDependencies: versions,
});

test('every dependency is in a table of the decisions, and every package of the tables is a dependency', async () => {
  const manifest = packageSchema.parse(JSON.parse(await readFile(join(root, 'package.json'), 'utf8')));
  const dependencies = Object.values(manifest).flatMap((group) => Object.keys(group));
  const [, tables = ''] = (await readDocument('docs/decisions.md')).split('\n## Dependencies\n');
  const named = [...tables.matchAll(/^\| ([^|]*`[^|]*) \|/gm)].flatMap(([, cell = '']) =>
    [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name),
  );
  expect(named.toSorted()).toEqual(dependencies.toSorted());
});
