/**
 * Each rule of .dependency-cruiser.cjs fires on a violation of it, and a clean house passes: a rule that cannot fire is
 * no rule.
 */
import { execFile } from 'node:child_process';
import { copyFile, mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { createDirectory } from '#tests/services/directory.ts';

const root = join(import.meta.dirname, '../..');
const run = promisify(execFile);

const reportSchema = z.object({
  summary: z.object({ violations: z.array(z.object({ from: z.string(), rule: z.object({ name: z.string() }) })) }),
});

/** The names of the rules that a house of these files breaks. */
const brokenRules = async (files: Readonly<Record<string, string>>): Promise<string[]> => {
  await using house = await createDirectory();
  for (const [file, text] of Object.entries(files)) {
    await mkdir(dirname(join(house.path, file)), { recursive: true });
    await writeFile(join(house.path, file), text);
  }
  for (const file of ['.dependency-cruiser.cjs', 'tsconfig.json', 'package.json'])
    await copyFile(join(root, file), join(house.path, file));
  await symlink(join(root, 'node_modules'), join(house.path, 'node_modules'));
  const depcruise = join(root, 'node_modules/.bin/depcruise');
  const { stdout } = await run(depcruise, ['--config', '.dependency-cruiser.cjs', '-T', 'json', '.'], {
    cwd: house.path,
    maxBuffer: 64 * 1024 * 1024,
  }).catch((fault: { stdout: string }) => fault);
  const { violations } = reportSchema.parse(JSON.parse(stdout)).summary;
  return [...new Set(violations.map(({ rule }) => rule.name))].sort();
};

const value = 'export const value = 1;\n';
const useOf = (...paths: string[]): string =>
  paths
    .map((path, index) => `import { value as v${index} } from '${path}';\nexport const w${index} = v${index};\n`)
    .join('');

const clean = {
  'kernel/shared.ts': value,
  'contracts/agreed.ts': value,
  'kernel/other.ts': useOf('#contracts/agreed.ts'),
  'subgraphs/usage/service.ts': useOf('#kernel/shared.ts', '#contracts/agreed.ts', '#kernel/other.ts'),
  'gateway/gateway.ts': useOf('#kernel/shared.ts', '#kernel/other.ts'),
};

/** Where tests and fixtures stand, and what they use. */
const tested = {
  'subgraphs/usage/usage.fixture.ts': useOf('./service.ts', '#tests/services/store.ts'),
  'subgraphs/usage/service.test.ts': useOf('./usage.fixture.ts', '#kernel/shared.ts', '#tests/tool-server/tool.ts'),
  'gateway/execution/run.ts': value,
  'gateway/fixtures/open.fixture.ts': useOf('../gateway.ts', '../execution/run.ts'),
  'gateway/execution/run.test.ts': useOf('./run.ts', '../fixtures/open.fixture.ts', '#tests/federation/compare.ts'),
  'tests/federation/compare.ts': useOf('../../gateway/execution/run.ts', '#tests/services/store.ts'),
  'tests/services/store.ts': value,
  'tests/tool-server/tool.ts': value,
  'tests/support/start.ts': useOf('../../subgraphs/usage/service.ts', '../../gateway/gateway.ts'),
  'tests/soak/soak.ts': useOf('#tests/support/start.ts', '#tests/services/store.ts'),
  'client/sdk/client.ts': value,
  'client/sdk/index.ts': useOf('./client.ts'),
  'client/sdk/client.test.ts': useOf('./client.ts', '../../tests/support/start.ts'),
  'client/react/index.ts': useOf('../sdk/index.ts'),
  'client/react/hook.test.tsx': useOf('./index.ts', '../../tests/support/start.ts'),
  'client/web/vite.config.ts': "import { join } from 'node:path';\nexport const j = join;\n",
  'client/web/page.tsx': useOf('../sdk/index.ts', '../react/index.ts'),
  'client/web/chat/page.tsx': useOf('../design/button.ts'),
  'client/web/admin/page.tsx': useOf('../design/button.ts'),
  'client/web/design/button.ts': value,
};

test('a house whose services meet in contracts and the kernel only breaks no rule', async () => {
  expect(await brokenRules(clean)).toEqual([]);
});

test('so does one whose tests use their own service, tools and, in tests/, several services', async () => {
  expect(await brokenRules({ ...clean, ...tested })).toEqual([]);
});

const violations: readonly (readonly [rule: string, files: Readonly<Record<string, string>>])[] = [
  ['subgraphs-are-islands', { 'subgraphs/safety/a.ts': useOf('../usage/b.ts'), 'subgraphs/usage/b.ts': value }],
  ['services-meet-below', { 'gateway/a.ts': useOf('../inference-workers/b.ts'), 'inference-workers/b.ts': value }],
  ['client-runs-in-browsers', { 'client/sdk/a.ts': "import { join } from 'node:path';\nexport const j = join;\n" }],
  ['client-runs-in-browsers', { 'client/sdk/a.ts': useOf('../../kernel/shared.ts') }],
  ['client-runs-in-browsers', { 'client/react/a.tsx': "import { join } from 'node:path';\nexport const j = join;\n" }],
  ['client-runs-in-browsers', { 'client/web/a.tsx': useOf('../../contracts/agreed.ts') }],
  ['client-packages-have-one-door', { 'client/web/a.tsx': useOf('../sdk/b.ts'), 'client/sdk/b.ts': value }],
  ['client-packages-go-down', { 'client/sdk/a.ts': useOf('../react/index.ts'), 'client/react/index.ts': value }],
  ['client-packages-go-down', { 'client/react/a.ts': useOf('../web/index.ts'), 'client/web/index.ts': value }],
  ['chat-and-console-are-islands', { 'client/web/admin/a.ts': useOf('../chat/b.ts'), 'client/web/chat/b.ts': value }],
  ['chat-and-console-are-islands', { 'client/web/chat/a.ts': useOf('../admin/b.ts'), 'client/web/admin/b.ts': value }],
  ['chat-and-console-are-islands', { 'client/web/design/a.ts': useOf('../chat/b.ts'), 'client/web/chat/b.ts': value }],
  ['only-clients-import-clients', { 'standalone/a.ts': useOf('../client/web/index.ts'), 'client/web/index.ts': value }],
  ['services-meet-below', { 'gateway/a.ts': useOf('../client/sdk/index.ts'), 'client/sdk/index.ts': value }],
  ['contracts-are-the-floor', { 'contracts/a.ts': useOf('#kernel/shared.ts') }],
  ['kernel-imports-contracts-only', { 'kernel/database/a.ts': useOf('../../gateway/b.ts'), 'gateway/b.ts': value }],
  ['nobody-imports-main', { 'gateway/a.ts': useOf('./main.ts'), 'gateway/main.ts': value }],
  ['no-circles', { 'gateway/a.ts': `${value}${useOf('./b.ts')}`, 'gateway/b.ts': `${value}${useOf('./a.ts')}` }],
  ['gateway-floors-go-down', { 'gateway/execution/a.ts': useOf('../planning/b.ts'), 'gateway/planning/b.ts': value }],
  ['one-door-to-redis', { 'gateway/a.ts': "import { Redis } from 'ioredis';\nexport const redis = Redis;\n" }],
  [
    'one-door-to-rabbitmq',
    { 'gateway/a.ts': "import { Connection } from 'rabbitmq-client';\nexport const c = Connection;\n" },
  ],
  [
    'one-door-to-postgres',
    { 'gateway/a.ts': "import { PGlite } from '@electric-sql/pglite';\nexport const p = PGlite;\n" },
  ],
  ['tests-stay-out-of-the-product', { 'gateway/a.ts': useOf('../tests/b.ts'), 'tests/b.ts': value }],
  ['shared-means-shared', { 'kernel/lonely.ts': value, 'gateway/a.ts': useOf('#kernel/lonely.ts') }],
  // Tests and fixtures obey them too.
  ['subgraphs-are-islands', { 'subgraphs/safety/a.test.ts': useOf('../usage/b.ts'), 'subgraphs/usage/b.ts': value }],
  [
    'subgraphs-are-islands',
    { 'subgraphs/safety/a.fixture.ts': useOf('../usage/b.fixture.ts'), 'subgraphs/usage/b.fixture.ts': value },
  ],
  ['services-meet-below', { 'gateway/a.test.ts': useOf('../inference-workers/b.ts'), 'inference-workers/b.ts': value }],
  ['contracts-are-the-floor', { 'contracts/a.test.ts': useOf('#kernel/shared.ts') }],
  [
    'kernel-imports-contracts-only',
    { 'kernel/database/a.contract.ts': useOf('../../subgraphs/usage/b.ts'), 'subgraphs/usage/b.ts': value },
  ],
  [
    'kernel-imports-contracts-only',
    { 'kernel/database/a.fixture.ts': useOf('#tests/support/b.ts'), 'tests/support/b.ts': value },
  ],
  [
    'gateway-floors-go-down',
    { 'gateway/execution/a.test.ts': useOf('../planning/b.ts'), 'gateway/planning/b.ts': value },
  ],
  ['one-door-to-redis', { 'gateway/a.test.ts': "import { Redis } from 'ioredis';\nexport const redis = Redis;\n" }],
  [
    'one-door-to-rabbitmq',
    { 'tests/a.ts': "import { Connection } from 'rabbitmq-client';\nexport const c = Connection;\n" },
  ],
  [
    'one-door-to-postgres',
    { 'gateway/a.test.ts': "import { PGlite } from '@electric-sql/pglite';\nexport const p = PGlite;\n" },
  ],
  ['client-tests-talk-to-a-process', { 'client/sdk/a.test.ts': useOf('../../gateway/b.ts'), 'gateway/b.ts': value }],
  [
    'tests-beside-code-start-no-other-service',
    { 'subgraphs/usage/a.test.ts': useOf('#tests/support/b.ts'), 'tests/support/b.ts': value },
  ],
  [
    'federation-is-of-the-gateway',
    { 'subgraphs/usage/a.test.ts': useOf('#tests/federation/b.ts'), 'tests/federation/b.ts': value },
  ],
  [
    'federation-is-of-the-gateway',
    { 'tests/federation/a.ts': useOf('../../subgraphs/usage/b.ts'), 'subgraphs/usage/b.ts': value },
  ],
  ['tools-of-tests-know-no-service', { 'tests/services/a.ts': useOf('../../gateway/b.ts'), 'gateway/b.ts': value }],
  ['folders-of-tests-meet-in-support', { 'tests/soak/a.ts': useOf('#tests/chaos/b.ts'), 'tests/chaos/b.ts': value }],
];

test.each(violations)('%s fires', async (rule, files) => {
  expect(await brokenRules({ ...clean, ...files })).toContain(rule);
});
