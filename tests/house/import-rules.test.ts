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
import { createDirectory } from '../services/directory.ts';

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
  'subgraphs/usage/service.ts': useOf('#kernel/shared.ts'),
  'gateway/gateway.ts': useOf('#kernel/shared.ts'),
};

test('a house whose services meet in the kernel only breaks no rule', async () => {
  expect(await brokenRules(clean)).toEqual([]);
});

const violations: readonly (readonly [rule: string, files: Readonly<Record<string, string>>])[] = [
  ['subgraphs-are-islands', { 'subgraphs/safety/a.ts': useOf('../usage/b.ts'), 'subgraphs/usage/b.ts': value }],
  [
    'services-import-kernel-only',
    { 'gateway/a.ts': useOf('../inference-workers/b.ts'), 'inference-workers/b.ts': value },
  ],
  ['client-runs-in-browsers', { 'client/sdk/a.ts': "import { join } from 'node:path';\nexport const j = join;\n" }],
  ['client-runs-in-browsers', { 'client/sdk/a.ts': useOf('../../kernel/shared.ts') }],
  ['kernel-is-a-leaf', { 'kernel/database/a.ts': useOf('../../gateway/b.ts'), 'gateway/b.ts': value }],
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
];

test.each(violations)('%s fires', async (rule, files) => {
  expect(await brokenRules({ ...clean, ...files })).toContain(rule);
});
