/** The files of the project: those that git has, or would add. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

const list = (...options: readonly string[]): readonly string[] =>
  execFileSync('git', ['ls-files', ...options], { cwd: root, encoding: 'utf8' })
    .split('\n')
    .filter(Boolean);

/**
 * Path below the project's root -> text.
 * @param extensions without their dots
 */
export const readProjectFiles = (extensions: readonly string[]): ReadonlyMap<string, string> => {
  const patterns = extensions.map((extension) => `*.${extension}`);
  const deleted = new Set(list('--deleted', '--', ...patterns));
  const files = list('--cached', '--others', '--exclude-standard', '--', ...patterns);
  return new Map(
    files.filter((file) => !deleted.has(file)).map((file) => [file, readFileSync(join(root, file), 'utf8')]),
  );
};
