/**
 * The packages as they are published: packed, and installed in an empty Vite project and an empty Node project, which
 * run the examples of their READMEs. npm takes from its cache what is there.
 */
import { execFile } from 'node:child_process';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { startChild } from '../../tests/services/child.ts';
import { createDirectory } from '../../tests/services/directory.ts';
import { startChromium } from '../../tests/support/chromium.ts';
import { fencesOf, readDocument, root } from '../../tests/support/markdown.ts';
import { findOldestNode } from '../../tests/support/oldest-node.ts';
import type { Parlance } from '../../tests/support/parlance.ts';
import { startStandalone } from '../../tests/support/standalone-process.ts';

const run = promisify(execFile);
const packedSchema = z.tuple([z.object({ filename: z.string() })]);

const stack = new AsyncDisposableStack();
let parlance: Parlance;
let tarballs: readonly string[];
beforeAll(async () => {
  parlance = stack.use(
    await startStandalone({
      environment: {
        OPENAI_API_KEY: '',
        OPENAI_BASE_URL: '',
        DEMONSTRATION_MODEL: 'on',
        DEMONSTRATION_TOKENS_PER_SECOND: '0',
      },
    }),
  );
  const directory = stack.use(await createDirectory());
  await run(process.execPath, ['scripts/build-packages.ts'], { cwd: root });
  const pack = async (folder: string): Promise<string> => {
    const options = ['pack', '--json', '--pack-destination', directory.path, join(root, folder, 'dist')];
    const [{ filename }] = packedSchema.parse(JSON.parse((await run('npm', options)).stdout));
    return join(directory.path, filename);
  };
  tarballs = [await pack('client/sdk'), await pack('client/react')];
}, 180_000);
afterAll(() => stack.disposeAsync());

const exampleOf = async (readme: string, mark: string): Promise<string> => {
  const fence = fencesOf(await readDocument(readme)).find((each) => each.mark === `test: ${mark}`);
  if (!fence) throw new Error(`${readme} has no example ${mark}`);
  return fence.text;
};

/** Packages in the versions of this repository, which npm has in its cache. */
const pinned = async (...names: readonly string[]): Promise<readonly string[]> => {
  const shape = z.object({ devDependencies: z.record(z.string(), z.string()) });
  const { devDependencies } = shape.parse(JSON.parse(await readDocument('package.json')));
  return names.map((name) => `${name}@${devDependencies[name]}`);
};

/** An empty project with packages from tarballs and, linked, those of this repository that are named. */
const createProject = async (files: Readonly<Record<string, string>>, packed: readonly string[], linked: string[]) => {
  const directory = await createDirectory();
  const manifest = { name: 'application', version: '1.0.0', private: true, type: 'module' };
  for (const [file, text] of Object.entries({ ...files, 'package.json': JSON.stringify(manifest) }))
    await writeFile(join(directory.path, file), text);
  const install = ['install', '--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts', ...packed];
  await run('npm', install, { cwd: directory.path });
  for (const name of linked) {
    await mkdir(join(directory.path, 'node_modules', name, '..'), { recursive: true });
    await symlink(join(root, 'node_modules', name), join(directory.path, 'node_modules', name));
  }
  return directory;
};

test('in an empty Node project the example of @parlance/client prints a reply, on the oldest Node here', async () => {
  const [sdk = ''] = tarballs;
  const example = await exampleOf('client/sdk/README.md', 'ask.mjs');
  await using project = await createProject({ 'ask.mjs': example }, [sdk], []);
  const ada = await parlance.as('ada');
  const environment = { PARLANCE_URL: parlance.url, TOKEN: ada.token };
  const child = startChild(findOldestNode().path, [join(project.path, 'ask.mjs')], { environment });
  await child.exited;
  expect(child.output()).toMatch(/^This is the demonstration of Parlance.*You asked: “What are you”/s);
}, 180_000);

test('in an empty Vite project the example of @parlance/react builds, and chats in Chromium', async () => {
  const example = await exampleOf('client/react/README.md', 'main.jsx');
  const page =
    '<!doctype html><html lang="en"><title>Chat</title><script type="module" src="/main.jsx"></script></html>';
  const config = "export default { oxc: { jsx: { runtime: 'automatic' } } };\n";
  const types = `import type { TimelineEntry } from '@parlance/react';
import { useTimeline } from '@parlance/react';
export const first = (id: string): TimelineEntry | undefined => useTimeline(id).messages[0];
export const wrong = (id: string): number => useTimeline(id).hasOlder;
`;
  const files = { 'main.jsx': example, 'index.html': page, 'vite.config.js': config, 'types.ts': types };
  await using project = await createProject(
    files,
    [...tarballs, ...(await pinned('react', 'react-dom'))],
    ['vite', '@types/react'],
  );
  const vite = join(root, 'node_modules/vite/bin/vite.js');
  await run(process.execPath, [vite, 'build'], { cwd: project.path });

  const options = ['--noEmit', '--strict', '--skipLibCheck', '--target', 'es2022', '--module', 'nodenext', 'types.ts'];
  const { stdout } = await run('tsc', options, { cwd: project.path }).catch((fault: { stdout: string }) => fault);
  expect(stdout.trim().split('\n')).toEqual([expect.stringMatching(/^types\.ts\(4,\d+\): error TS2322/)]);

  const server = createServer((request, response) => {
    const path = request.url === '/' ? '/index.html' : (request.url ?? '');
    readFile(join(project.path, 'dist', path)).then(
      (body) => {
        response.setHeader('content-type', path.endsWith('.js') ? 'text/javascript' : 'text/html; charset=utf-8');
        response.end(body);
      },
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const browser = await startChromium();
  try {
    const tab = await browser.newPage();
    const { token } = await parlance.as('ada');
    await tab.addInitScript(`globalThis.parlance = ${JSON.stringify({ url: parlance.url, token })}`);
    await tab.goto(`http://127.0.0.1:${port}/`);
    await tab.getByLabel('Message').fill('What are you?');
    await tab.getByLabel('Message').press('Enter');
    await tab.getByText('You asked: “What are you”').waitFor();
    expect(await tab.locator('p.USER').allTextContents()).toEqual(['What are you?']);
  } finally {
    await browser.close();
    server.closeAllConnections();
    server.close();
  }
}, 180_000);
