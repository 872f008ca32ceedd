/** The checks of the project's own scripts can fail. */
import { expect, test } from 'vitest';
import { wideComments } from '../../scripts/comment-width.ts';
import { folderCircles, folderGraph } from '../../scripts/folder-circles.ts';

test('comments of more than 120 columns are found, in each language, and long code and long words are not', () => {
  const long = 'word '.repeat(30);
  expect(wideComments('a.ts', `/** short */\n/** ${long}*/\n// ${long}\nconst a = '${long}';\n * ${long}`)).toEqual([
    'a.ts:2',
    'a.ts:3',
    'a.ts:5',
  ]);
  expect(wideComments('a.tsx', `// ${long}\n<p>${long}</p>`)).toEqual(['a.tsx:1']);
  expect(wideComments('a.sql', `-- ${long}\nselect '${long}'`)).toEqual(['a.sql:1']);
  expect(wideComments('a.yml', `# ${long}`)).toEqual(['a.yml:1']);
  expect(wideComments('a.ts', `// ${'x'.repeat(130)}`)).toEqual([]);
});

test('folders that import each other are a circle, by types and by way of others too', () => {
  const circlesOf = (files: Readonly<Record<string, string>>) =>
    folderCircles(folderGraph(new Map(Object.entries(files))));
  const use = (path: string): string => `import type { A } from '${path}';\n`;
  const oneWay = {
    'gateway/gateway.ts': use('./http/a.ts'),
    'gateway/fixtures/d.fixture.ts': use('../http/a.ts'),
    'gateway/http/a.ts': use('../limits/b.ts') + use('../gateway.ts'),
    'gateway/limits/b.ts': use('#kernel/limiter/c.ts'),
    'kernel/limiter/c.ts': '',
  };
  expect(circlesOf(oneWay)).toEqual([]);
  expect(circlesOf({ ...oneWay, 'gateway/limits/b.test.ts': use('../fixtures/d.fixture.ts') })).toEqual([]);
  expect(circlesOf({ ...oneWay, 'gateway/limits/b.test.ts': use('../http/a.ts') })).toHaveLength(2);
  expect(circlesOf({ ...oneWay, 'gateway/limits/d.ts': use('../http/a.ts') })).toEqual([
    'gateway/http -> gateway/limits -> gateway/http',
    'gateway/limits -> gateway/http -> gateway/limits',
  ]);
  expect(
    circlesOf({ 'client/web/chat/a.tsx': use('../admin/b.tsx'), 'client/web/admin/b.tsx': use('../chat/a.tsx') }),
  ).toHaveLength(2);
  const around = {
    'subgraphs/usage/ledger/a.ts': use('../quotas/b.ts'),
    'subgraphs/usage/quotas/b.ts': use('../reports/c.ts'),
    'subgraphs/usage/reports/c.ts': use('../ledger/a.ts'),
  };
  expect(circlesOf(around)).toHaveLength(3);
});
