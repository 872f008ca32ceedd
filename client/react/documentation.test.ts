/** The chat of docs/sdk.md, taken from there, in React in a real browser, over a connection that is cut. */
import { symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { rolldown } from 'rolldown';
import { expect, test } from 'vitest';
import { startModuleServer } from '../../tests/browser/module-server.ts';
import { textOf } from '../../tests/scripted-provider/script.ts';
import { createDirectory } from '../../tests/services/directory.ts';
import { startTcpProxy } from '../../tests/services/tcp-proxy.ts';
import { startChromium } from '../../tests/support/chromium.ts';
import { fencesOf, readDocument, root } from '../../tests/support/markdown.ts';
import { startStandalone } from '../../tests/support/standalone-process.ts';
import { until } from '../../tests/support/until.ts';

const entry = `
import { createParlanceClient } from '@parlance/client';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './chat.tsx';
globalThis.showApp = ({ url, token, conversationId }) => {
  const client = createParlanceClient({ url, auth: token });
  createRoot(document.body).render(<StrictMode><App client={client} conversationId={conversationId} /></StrictMode>);
};
`;

/** As it is built for development: React warns of what an application does wrong. */
const bundlePage = async (): Promise<string> => {
  await using directory = await createDirectory();
  const chat = fencesOf(await readDocument('docs/sdk.md')).find(({ mark }) => mark === 'test: chat.tsx');
  await symlink(join(root, 'node_modules'), join(directory.path, 'node_modules'));
  await writeFile(join(directory.path, 'chat.tsx'), chat?.text ?? '');
  await writeFile(join(directory.path, 'entry.tsx'), entry);
  const bundled = await rolldown({
    input: join(directory.path, 'entry.tsx'),
    platform: 'browser',
    transform: { define: { 'process.env.NODE_ENV': '"development"' }, jsx: 'react-jsx' },
  });
  try {
    return (await bundled.generate({ format: 'esm' })).output[0].code;
  } finally {
    await bundled.close();
  }
};

test('a message that is sent with the chat of the documentation is read to its end through a cut connection', async () => {
  await using parlance = await startStandalone();
  await using wire = await startTcpProxy(parlance.url);
  await using modules = await startModuleServer();
  const code = await bundlePage();
  const browser = await startChromium();
  try {
    const page = await browser.newPage();
    await page.route('**/page.js', (route) => route.fulfill({ contentType: 'text/javascript', body: code }));
    const warnings: string[] = [];
    page.on('console', (message) => {
      if (message.type() !== 'info' && !/net::|WebSocket/.test(message.text())) warnings.push(message.text());
    });
    page.on('pageerror', (error) => warnings.push(error.message));
    await page.goto(modules.pageOf('page.js'));
    await page.waitForFunction(() => 'showApp' in globalThis);
    const ada = await parlance.as('ada');
    const options = { url: wire.url, token: ada.token, conversationId: await ada.createConversation() };
    await page.evaluate(`showApp(${JSON.stringify(options)})`);

    await page.getByLabel('Message').fill('script: tokens=150 pace=20');
    await page.getByLabel('Message').press('Enter');
    const reply = page.locator('li').nth(1);
    await until(
      async () => (await reply.textContent()) ?? '',
      (text) => text.includes('w9 '),
    );
    wire.cut();
    await until(
      () => reply.getAttribute('data-status'),
      (status) => status === 'COMPLETED',
    );
    expect(await reply.textContent()).toBe(textOf(150));
    expect(warnings).toEqual([]);
  } finally {
    await browser.close();
  }
}, 120_000);
