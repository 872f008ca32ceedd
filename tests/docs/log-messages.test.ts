/** The log messages that docs/operator.md asks operators to look for are written somewhere in the code. */
import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readDocument, root } from '#tests/support/markdown.ts';

test('every log message that operators should look for is one that the code writes', async () => {
  const operator = await readDocument('docs/operator.md');
  const list = operator.slice(operator.indexOf('Look for these messages:'), operator.indexOf('## Metrics'));
  const messages = [...list.matchAll(/^- `([^`]+)`$/gm)].map(([, message = '']) => message);
  expect(messages.length).toBeGreaterThan(6);
  let code = '';
  for await (const file of glob('{kernel,gateway,inference-workers,subgraphs,standalone}/**/*.ts', { cwd: root })) {
    if (!/\.(test|contract|fixture)\.ts$/.test(file)) code += await readFile(join(root, file), 'utf8');
  }
  expect(messages.filter((message) => !code.includes(message))).toEqual([]);
});
