/**
 * The hook of docs/sdk.md, taken from there, in React in a real browser: what it puts on the page while a reply is
 * written.
 */
import { symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { rolldown } from 'rolldown';
import { expect, test } from 'vitest';
import { textOf } from '#tests/scripted-provider/script.ts';
import { createDirectory } from '#tests/services/directory.ts';
import { freePort } from '#tests/services/ports.ts';
import { startTcpProxy } from '#tests/services/tcp-proxy.ts';
import { startChromium } from '#tests/support/chromium.ts';
import { fencesOf, readDocument, root } from '#tests/support/markdown.ts';
import { startStandalone } from '#tests/support/standalone-process.ts';
import { until } from '#tests/support/until.ts';
import { startModuleServer } from './module-server.ts';

const entry = `
import { offerReplies } from '${join(import.meta.dirname, 'show-reply.ts')}';
import { useReply } from './use-reply.ts';
offerReplies(useReply);
`;

/** The page's script with React in it, as it is built for development: it warns of what an application does wrong. */
const bundlePage = async (): Promise<string> => {
  await using directory = await createDirectory();
  const hook = fencesOf(await readDocument('docs/sdk.md')).find(({ mark }) => mark === 'test: use-reply.ts');
  await symlink(join(root, 'node_modules'), join(directory.path, 'node_modules'));
  await writeFile(join(directory.path, 'use-reply.ts'), hook?.text ?? '');
  const input = join(directory.path, 'entry.ts');
  await writeFile(input, entry);
  const transform = { define: { 'process.env.NODE_ENV': '"development"' } };
  const bundled = await rolldown({ input, platform: 'browser', transform });
  try {
    const { output } = await bundled.generate({ format: 'esm' });
    return output[0].code;
  } finally {
    await bundled.close();
  }
};

const openSubscriptions = async (metricsPort: number): Promise<number> => {
  const text = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
  const readings = text.matchAll(/^parlance_gateway_subscriptions_open(?:\{.*\})? (\d+)$/gm);
  return [...readings].reduce((sum, [, value]) => sum + Number(value), 0);
};

test('a reply grows on the page through a cut connection, and leaving the page ends its stream', async () => {
  const metricsPort = await freePort();
  await using parlance = await startStandalone({ environment: { METRICS_PORT: String(metricsPort) } });
  await using wire = await startTcpProxy(parlance.url);
  await using modules = await startModuleServer();
  await using browser = await startChromium();
  const code = await bundlePage();
  const page = await browser.newPage();
  await page.route('**/page.js', (route) => route.fulfill({ contentType: 'text/javascript', body: code }));
  const warnings: string[] = [];
  page.on('console', (message) => {
    if (message.type() !== 'info') warnings.push(message.text());
  });
  page.on('pageerror', (error) => warnings.push(error.message));

  const texts: string[] = [];
  const ended = Promise.withResolvers<void>();
  await page.exposeFunction('onShown', (text: string, status: string | undefined) => {
    if (texts.push(text) === 5) wire.cut();
    if (status === 'COMPLETED') ended.resolve();
  });
  await page.goto(modules.pageOf('page.js'));
  await page.waitForFunction(() => 'showReply' in globalThis);

  const ada = await parlance.as('ada');
  const show = async (content: string): Promise<string> => {
    const { assistantMessage } = await ada.send(await ada.createConversation(), content);
    const request = { url: wire.url, token: ada.token, messageId: assistantMessage.id };
    await page.evaluate((given) => globalThis.showReply(given), request);
    return assistantMessage.id;
  };
  await show('script: tokens=150 pace=20');
  await ended.promise;
  expect(texts.length).toBeGreaterThan(10);
  for (const [index, text] of texts.entries()) expect(text.startsWith(texts[index - 1] ?? '')).toBe(true);
  expect(texts.at(-1)).toBe(textOf(150));

  const id = await show('script: tokens=2000 pace=20');
  await until(
    () => openSubscriptions(metricsPort),
    (open) => open === 1,
  );
  await page.evaluate(() => globalThis.leaveReply());
  await until(
    () => openSubscriptions(metricsPort),
    (open) => open === 0,
  );
  await ada.ask('mutation($id: ID!) { stopGeneration(messageId: $id) { id } }', { id });
  expect(warnings).toEqual([]);
}, 120_000);
