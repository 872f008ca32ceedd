/**
 * What can be said of a package that is about to be published: whether its entry points are what its package.json says,
 * whether their types resolve as TypeScript's users resolve them, and how large it is in a bundle.
 */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { rolldown } from 'rolldown';
import { z } from 'zod';

const run = promisify(execFile);

const packedSchema = z.tuple([z.object({ filename: z.string() })]);

/** Packs a package as `npm publish` does. Returns the path of the tarball, in `target`. */
export const packPackage = async (packageDirectory: string, target: string): Promise<string> => {
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', target, packageDirectory]);
  const [{ filename }] = packedSchema.parse(JSON.parse(stdout));
  return join(target, filename);
};

/** Faults of the package.json and of the files that it names. */
export const exportFaults = async (packageDirectory: string): Promise<readonly string[]> => {
  const { messages, pkg } = await publint({ pkgDir: packageDirectory, strict: true });
  return messages.map((message) => formatMessage(message, pkg, { color: false }) ?? message.code);
};

/** The packages are ES modules, so how others resolve is no concern of theirs. */
const servedResolutions: ReadonlySet<string> = new Set(['node16-esm', 'bundler']);

/** Faults of the types in a packed package. */
export const typeFaults = async (tarball: string): Promise<readonly string[]> => {
  const result = await checkPackage(createPackageFromTarballData(new Uint8Array(await readFile(tarball))));
  if (!result.types) return ['The package has no types.'];
  return result.problems.flatMap((problem) => {
    if ('resolutionKind' in problem && !servedResolutions.has(problem.resolutionKind)) return [];
    return [`${problem.kind}: ${JSON.stringify(problem)}`];
  });
};

/** Bytes of all of a module in a page, minified and compressed, without what `external` names. */
export const sizeInBundle = async (entry: string, external: readonly string[]): Promise<number> => {
  const bundled = await rolldown({ input: entry, platform: 'browser', external: [...external] });
  try {
    const { output } = await bundled.generate({ format: 'esm', minify: true });
    return gzipSync(output[0].code).length;
  } finally {
    await bundled.close();
  }
};
