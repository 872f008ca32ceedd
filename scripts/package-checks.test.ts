/** The checks of packages find what makes a package unusable, and pass one that is right. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createDirectory } from '#tests/services/directory.ts';
import { exportFaults, packPackage, typeFaults } from './package-checks.ts';

const right = {
  'package.json': JSON.stringify({
    name: 'fine',
    version: '1.0.0',
    type: 'module',
    exports: { '.': { types: './index.d.ts', default: './index.js' } },
    files: ['**/*.js', '**/*.d.ts'],
  }),
  'index.js': "export { value } from './value.js';\n",
  'index.d.ts': "export { value } from './value.js';\n",
  'value.js': 'export const value = 1;\n',
  'value.d.ts': 'export declare const value = 1;\n',
};

const faultsOf = async (files: Readonly<Record<string, string>>) => {
  await using directory = await createDirectory();
  const source = join(directory.path, 'package');
  await mkdir(source);
  for (const [file, text] of Object.entries(files)) await writeFile(join(source, file), text);
  const tarball = await packPackage(source, directory.path);
  return { exported: await exportFaults(source), typed: await typeFaults(tarball) };
};

test('a package whose entry and types resolve has no faults', async () => {
  expect(await faultsOf(right)).toEqual({ exported: [], typed: [] });
});

test('an entry that is not there is found', async () => {
  const { exported } = await faultsOf({
    ...right,
    'package.json': right['package.json'].replace('index.js', 'main.js'),
  });
  expect(exported.join()).toContain('main.js');
});

test('declarations that import what is not there are found', async () => {
  const { typed } = await faultsOf({ ...right, 'index.d.ts': "export { value } from './gone.js';\n" });
  expect(typed.join()).toContain('InternalResolutionError');
});
