/** What the documents point at is there: relative links, and paths of the repository in backticks. */
import { existsSync, globSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect, test } from 'vitest';
import { documentFiles, proseOf, readDocument, root } from '#tests/support/markdown.ts';

/** What looks like a file and is none: one that readers make, a package. */
const noFiles: ReadonlySet<string> = new Set(['stream.mjs', 'decimal.js', 'highlight.js']);

const folders = 'gateway,inference-workers,kernel,standalone,subgraphs,tests';
const pathPattern = /^(?:\.\/)?[\w.*-]+(?:\/[\w.*-]+)*\/?$/;
/** What a build writes. */
const builtPattern = /(?:^|\/)dist(?:\/|$)/;
const extensions = /\w\.(ts|mjs|cjs|js|md|json|yaml|yml|graphql|txt)$/;

/** A word with an extension of ours, or one below a folder of ours. */
const isPath = (word: string): boolean => {
  if (!pathPattern.test(word) || noFiles.has(word) || builtPattern.test(word)) return false;
  const [first = ''] = word.split('/');
  return extensions.test(word) || (word.includes('/') && existsSync(join(root, first)));
};

const exists = (path: string): boolean =>
  path.includes('*') ? globSync(path, { cwd: root }).length > 0 : existsSync(join(root, path));

/** From the root, beside the document, or, when it is a bare name, anywhere. */
const isThere = (path: string, file: string): boolean =>
  exists(path) ||
  exists(join(dirname(file), path)) ||
  (!path.includes('/') && globSync(`{${folders}}/**/${path}`, { cwd: root }).length > 0);

test('every relative link leads to a file', async () => {
  let found = 0;
  for (const file of await documentFiles()) {
    for (const [, target = ''] of proseOf(await readDocument(file)).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target)) continue;
      found += 1;
      const [path = ''] = target.split('#');
      expect(exists(normalize(join(dirname(file), path))), `${file}: ${target}`).toBe(true);
    }
  }
  expect(found).toBeGreaterThan(5);
});

test('every path in backticks is in the repository', async () => {
  let found = 0;
  for (const file of await documentFiles()) {
    for (const [, word = ''] of proseOf(await readDocument(file)).matchAll(/`([^`\n]+)`/g)) {
      if (!isPath(word)) continue;
      found += 1;
      expect(isThere(word, file), `${file}: ${word}`).toBe(true);
    }
  }
  expect(found).toBeGreaterThan(20);
});

test('every document is reachable from the README', async () => {
  const readme = await readDocument('README.md');
  for (const file of await documentFiles()) if (file !== 'README.md') expect(readme).toContain(`(${file})`);
});
