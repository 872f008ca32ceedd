/** The limits on the size of functions and files fire, and code within them passes (biome.json). */
import { execFile } from 'node:child_process';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { createDirectory } from '#tests/services/directory.ts';

const root = join(import.meta.dirname, '../..');
const run = promisify(execFile);

const reportSchema = z.object({
  diagnostics: z.array(z.object({ category: z.string(), severity: z.string() })),
});

/** The limits that this file is refused for. */
const brokenLimits = async (file: string, text: string): Promise<string[]> => {
  await using house = await createDirectory();
  await mkdir(dirname(join(house.path, file)), { recursive: true });
  await writeFile(join(house.path, file), text);
  await copyFile(join(root, 'biome.json'), join(house.path, 'biome.json'));
  await run('git', ['init', '--quiet'], { cwd: house.path });
  const biome = join(root, 'node_modules/.bin/biome');
  const { stdout } = await run(biome, ['lint', '--reporter=json', '--max-diagnostics=none'], {
    cwd: house.path,
  }).catch((fault: { stdout: string }) => fault);
  const { diagnostics } = reportSchema.parse(JSON.parse(stdout));
  return diagnostics.filter(({ severity }) => severity === 'error').map(({ category }) => category);
};

/** A function whose body is this long. */
const functionOf = (lines: number): string =>
  [
    'export const f = (): void => {',
    ...Array.from({ length: lines }, (_, n) => `  globalThis.name = '${n}';`),
    '};',
    '',
  ].join('\n');
const fileOf = (lines: number): string =>
  Array.from({ length: lines }, (_, n) => `export const value${n} = ${n};\n`).join('');
const parametersOf = (count: number): string => {
  const names = Array.from({ length: count }, (_, n) => `p${n}`);
  return `export const f = (${names.map((name) => `${name}: number`).join(', ')}): number => ${names.join(' + ')};\n`;
};

const functionLimit = 'lint/complexity/noExcessiveLinesPerFunction';
const parameterLimit = 'lint/complexity/useMaxParams';
const fileLimit = 'lint/style/noExcessiveLinesPerFile';

test.each([
  ['a function with a body of 80 lines', 'kernel/a.ts', functionOf(80), []],
  ['a function with a body of 81 lines', 'kernel/a.ts', functionOf(81), [functionLimit]],
  ['a long function of a fixture', 'kernel/a.fixture.ts', functionOf(81), [functionLimit]],
  ['a long function of a script of tests', 'tests/soak/a.ts', functionOf(81), [functionLimit]],
  ['a suite of 81 lines in a test', 'kernel/a.test.ts', functionOf(81), []],
  ['4 parameters', 'kernel/a.ts', parametersOf(4), []],
  ['5 parameters', 'kernel/a.ts', parametersOf(5), [parameterLimit]],
  ['5 parameters in a test', 'kernel/a.test.ts', parametersOf(5), [parameterLimit]],
  ['a file of 300 lines', 'kernel/a.ts', fileOf(300), []],
  ['a file of 301 lines', 'kernel/a.ts', fileOf(301), [fileLimit]],
  ['a test of 301 lines', 'kernel/a.test.ts', fileOf(301), [fileLimit]],
])('%s', async (_, file, text, limits) => {
  expect(await brokenLimits(file, text)).toEqual(limits);
});
