/**
 * `npm run build:packages`: builds @parlance/client and @parlance/react into their dist/, as ES modules with types and
 * a package.json of their own, checks what came out, and prints the sizes. What is in dist/ is what is published.
 */
import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { exportFaults, packPackage, sizeInBundle, typeFaults } from './package-checks.ts';

const root = join(import.meta.dirname, '..');
const run = promisify(execFile);

/** In the order of their dependencies. */
const packages = [
  { folder: 'client/sdk', external: [] },
  { folder: 'client/react', external: ['react', 'react/jsx-runtime', '@parlance/client'] },
] as const;

const versions = z.record(z.string(), z.string());
const manifestSchema = z.object({
  name: z.string(),
  version: z.string(),
  description: z.string(),
  license: z.string(),
  dependencies: versions,
  peerDependencies: versions.optional(),
});

const readManifest = async <Shape>(path: string, shape: z.ZodType<Shape>): Promise<Shape> =>
  shape.parse(JSON.parse(await readFile(join(root, path), 'utf8')));

/** Here versions are exact; applications get the fixes of later ones. */
const looser = (dependencies: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(dependencies).map(([name, version]) => [name, `^${version}`]));

const writeManifest = async (folder: string): Promise<void> => {
  const { dependencies, peerDependencies, ...manifest } = await readManifest(`${folder}/package.json`, manifestSchema);
  const published = {
    ...manifest,
    type: 'module',
    sideEffects: false,
    engines: { node: '>=20' },
    exports: { '.': { types: './index.d.ts', default: './index.js' } },
    files: ['**/*.js', '**/*.d.ts'],
    dependencies: looser(dependencies),
    ...(peerDependencies ? { peerDependencies } : {}),
  };
  await writeFile(join(root, folder, 'dist/package.json'), `${JSON.stringify(published, null, 2)}\n`);
};

const build = async (folder: string): Promise<void> => {
  const dist = join(root, folder, 'dist');
  await rm(dist, { recursive: true, force: true });
  await run('tsc', ['-p', join(root, folder, 'tsconfig.build.json')]).catch((fault: { stdout: string }) => {
    throw new Error(fault.stdout);
  });
  await writeManifest(folder);
  await copyFile(join(root, folder, 'README.md'), join(dist, 'README.md'));
};

const check = async (folder: string): Promise<readonly string[]> => {
  const dist = join(root, folder, 'dist');
  const temporary = await mkdtemp(join(tmpdir(), 'parlance-pack-'));
  try {
    const tarball = await packPackage(dist, temporary);
    return [...(await exportFaults(dist)), ...(await typeFaults(tarball))];
  } finally {
    await rm(temporary, { recursive: true });
  }
};

for (const { folder, external } of packages) {
  await build(folder);
  const faults = await check(folder);
  const bytes = await sizeInBundle(join(root, folder, 'dist/index.js'), external);
  const { name } = await readManifest(`${folder}/package.json`, manifestSchema);
  process.stdout.write(`${name}: ${(bytes / 1000).toFixed(1)} kB minified and compressed\n`);
  for (const fault of faults) process.stderr.write(`${name}: ${fault}\n`);
  if (faults.length > 0) process.exitCode = 1;
}
