/** The web client of a run of tests is the one that its users load, although the runner says that this is a test. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sharedService } from '#tests/services/shared-services.ts';

test('what is built has no checks for developers of React, whatever NODE_ENV says', async () => {
  expect(process.env['NODE_ENV']).toBe('test');
  const assets = join(await sharedService('site'), 'assets');
  const scripts = (await readdir(assets)).filter((name) => name.endsWith('.js'));
  const texts = await Promise.all(scripts.map((name) => readFile(join(assets, name), 'utf8')));
  expect(texts.some((text) => text.includes('useSyncExternalStore'))).toBe(true);
  expect(scripts.filter((_, at) => texts[at]?.includes('jsxDEV'))).toEqual([]);
});
