/** A comment that names a file of the project names one that is there. */
import { basename } from 'node:path';
import { expect, test } from 'vitest';
import { readProjectFiles } from '../../scripts/project-files.ts';

const isComment = /^\s*(\*|\/\/|\/\*|--|#)/;
const fileName = /(?<![\w./:-])[\w-]+(?:[./][\w-]+)*\.(?:tsx?|mjs|sql)\b/g;

test('the files that comments name are in the project', () => {
  const files = readProjectFiles(['ts', 'tsx', 'mjs', 'cjs', 'sql', 'yml', 'yaml']);
  const paths = [...files.keys()];
  const isThere = (name: string): boolean =>
    name.includes('/')
      ? paths.some((path) => `/${path}`.endsWith(`/${name}`))
      : paths.some((path) => basename(path) === name);
  let named = 0;
  const missing: string[] = [];
  for (const [file, text] of files) {
    // Released migrations keep their text.
    if (/^migrations\/[^/]+\/Migration/.test(file)) continue;
    for (const line of text.split('\n').filter((candidate) => isComment.test(candidate))) {
      for (const [name] of line.matchAll(fileName)) {
        named += 1;
        if (!isThere(name)) missing.push(`${file}: ${name}`);
      }
    }
  }
  expect(named).toBeGreaterThan(50);
  expect(missing).toEqual([]);
});
