/**
 * The SDK in a bundle of an application: no more than the application uses, nothing of Node, and it runs on the oldest
 * Node.
 */
import { writeFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { rolldown } from 'rolldown';
import { expect, test } from 'vitest';
import { textOf } from '../../tests/scripted-provider/script.ts';
import { startChild } from '../../tests/services/child.ts';
import { createDirectory } from '../../tests/services/directory.ts';
import { findOldestNode } from '../../tests/support/oldest-node.ts';
import { startStandalone } from '../../tests/support/standalone-process.ts';

const door = join(import.meta.dirname, 'index.ts');
/** The compressed bytes in docs/sdk.md, and a little more. */
const maxBytes = 28_000;

/** Bundles what an entry needs into one file, for a page. */
const bundle = async (entry: string) => {
  await using directory = await createDirectory();
  const input = join(directory.path, 'entry.ts');
  await writeFile(input, entry);
  const bundled = await rolldown({ input, platform: 'browser', treeshake: true });
  try {
    const { output } = await bundled.generate({ format: 'esm', minify: true });
    expect(output).toHaveLength(1);
    const [{ code, imports, dynamicImports, modules }] = output;
    const files = Object.entries(modules).flatMap(([id, { renderedLength }]) => (renderedLength > 0 ? [id] : []));
    return { code, imports: [...imports, ...dynamicImports], files };
  } finally {
    await bundled.close();
  }
};

test('an import of one function bundles that function, and nothing of the rest', async () => {
  const { code, imports, files } = await bundle(`export { isParlanceError } from '${door}';`);
  expect(imports).toEqual([]);
  expect(files).toEqual([join(import.meta.dirname, 'errors.ts')]);
  expect(code.length).toBeLessThan(300);
});

test('the whole SDK has no import of Node, and is as small as the documentation says', async () => {
  const { code, imports } = await bundle(`export * from '${door}';`);
  expect(imports).toEqual([]);
  for (const name of builtinModules) expect(code).not.toMatch(new RegExp(`["'\`](node:)?${name}["'\`]\\)`));
  expect(code).not.toContain('node:');
  expect(gzipSync(code).length).toBeLessThan(maxBytes);
});

const oldest = findOldestNode();

const application = `
import { createParlanceClient } from '${door}';
const [url = '', token = '', conversationId = ''] = process.argv.slice(2);
const client = createParlanceClient({ url, auth: token });
for await (const { delta } of client.send({ conversationId, content: 'script: tokens=30 pace=1' })) process.stdout.write(delta);
client.close();
`;

test(`bundled it sends and follows on the oldest Node of this machine, ${oldest.version}`, async () => {
  await using parlance = await startStandalone();
  await using directory = await createDirectory();
  const ada = await parlance.as('ada');
  const { code } = await bundle(application);
  const file = join(directory.path, 'application.mjs');
  await writeFile(file, code);
  const child = startChild(oldest.path, [file, parlance.url, ada.token, await ada.createConversation()]);
  await child.exited;
  expect(child.output()).toBe(textOf(30));
});
