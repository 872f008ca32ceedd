/** docs/decisions.md says why each dependency is there, and speaks of none that is not. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { readDocument, root } from '#tests/support/markdown.ts';

const versions = z.record(z.string(), z.string());
const packageSchema = z.object({
  workspaces: z.array(z.string()).default([]),
  dependencies: versions.default({}),
  devDependencies: versions.default({}),
  optionalDependencies: versions.default({}),
});

const readPackage = async (directory: string) =>
  packageSchema.parse(JSON.parse(await readFile(join(root, directory, 'package.json'), 'utf8')));

test('every dependency is in a table of the decisions, and every package of the tables is a dependency', async () => {
  const { workspaces, ...manifest } = await readPackage('');
  const packages = [manifest, ...(await Promise.all(workspaces.map(readPackage)))];
  const dependencies = new Set(
    packages.flatMap(({ dependencies: needed, devDependencies, optionalDependencies }) =>
      Object.keys({ ...needed, ...devDependencies, ...optionalDependencies }).filter(
        (name) => !name.startsWith('@parlance/'),
      ),
    ),
  );
  const [, tables = ''] = (await readDocument('docs/decisions.md')).split('\n## Dependencies\n');
  const named = [...tables.matchAll(/^\| ([^|]*`[^|]*) \|/gm)].flatMap(([, cell = '']) =>
    [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name),
  );
  expect(named.toSorted()).toEqual([...dependencies].toSorted());
});
