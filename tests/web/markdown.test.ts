/** Texts of models in a real browser, under the policy that the gateway serves pages with. */
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import fc from 'fast-check';
import type { Page } from 'playwright-core';
import { build } from 'vite';
import { expect, test } from 'vitest';
import { createDirectory } from '#tests/services/directory.ts';
import { startChromium } from '#tests/support/chromium.ts';
import { cutMarkdown, markdownText, versionsOf } from '../../client/web/markdown/generated-markdown.fixture.ts';
import '../../client/web/markdown/shown-versions.fixture.ts';
import { openWebStand, send } from '#tests/support/web-stand.ts';
import { openSite } from '../../gateway/site/site.ts';

const web = join(import.meta.dirname, '../../client/web');

/** A page that shows texts, and nothing else. */
const openMarkdownPage = async (stack: AsyncDisposableStack): Promise<Page> => {
  const { path } = stack.use(await createDirectory());
  await build({
    configFile: join(web, 'vite.config.ts'),
    logLevel: 'error',
    build: {
      outDir: path,
      rolldownOptions: {
        input: join(web, 'markdown/markdown-page.fixture.tsx'),
        output: { entryFileNames: 'page.js' },
      },
    },
  });
  await writeFile(
    join(path, 'index.html'),
    '<!doctype html><title>Markdown</title><script type="module" src="/page.js"></script>',
  );
  const site = await openSite(path);
  const server = createServer((request, response) => void site(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stack.defer(() => new Promise<void>((resolve) => server.close(() => resolve())));
  stack.defer(async () => server.closeAllConnections());
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('a listening server has an address');
  const browser = await startChromium();
  stack.defer(() => browser.close());
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${address.port}/`);
  await page.waitForFunction(() => 'showVersions' in globalThis);
  return page;
};

test('the page that a text leaves does not depend on the pieces in which it came, nor on what stood there before', async () => {
  await using stack = new AsyncDisposableStack();
  const page = await openMarkdownPage(stack);
  const show = (versions: readonly string[]): Promise<string> =>
    page.evaluate((given) => globalThis.showVersions(given), versions);
  const property = fc.asyncProperty(cutMarkdown, markdownText, async ([text, cuts], before) => {
    const whole = await show([text]);
    expect(await show(versionsOf(text, cuts))).toBe(whole);
    // A reset in the middle of a fence.
    expect(await show([before, `${before}\n\`\`\`js\nlet x`, ...versionsOf(text, cuts.slice(0, 3))])).toBe(whole);
  });
  await fc.assert(property, { numRuns: 60, examples: [[['- [ ] alpha', []], '- [x] alpha']] });
}, 120_000);

/** Each would set `stolen`, or ask this server, if any of it were taken for more than text. */
const attacks = (server: string): string[] => [
  `<script>globalThis.stolen = 1</script>`,
  `<img src="${server}/img" onerror="globalThis.stolen = 1"> <svg onload="globalThis.stolen = 1">`,
  `<iframe src="${server}/frame"></iframe> <link rel="stylesheet" href="${server}/css"> <base href="${server}">`,
  `![tracked](${server}/pixel.png) ![a](javascript:globalThis.stolen=1)`,
  `[click](javascript:globalThis.stolen=1) <javascript:globalThis.stolen=1> [d](data:text/html,<script>1</script>)`,
  `[![inner](${server}/inner.png)](${server}/outer)`,
  `[ref][r]\n\n[r]: javascript:globalThis.stolen=1`,
  `$\\href{javascript:globalThis.stolen=1}{x}$ $\\includegraphics{${server}/math.png}$`,
  `$$\n\\htmlData{onload=globalThis.stolen=1}{x} \\url{javascript:globalThis.stolen=1}\n$$`,
  `\`\`\`html\n<img src=${server}/code onerror=globalThis.stolen=1>\n\`\`\``,
  `| <img src=${server}/cell onerror=globalThis.stolen=1> | b |\n|---|---|\n| <style>@import "${server}/style"</style> | [x](vbscript:x) |`,
];

test('hostile texts of models, users and titles run no script and reach no other server', async () => {
  await using stand = await openWebStand();
  const requested: string[] = [];
  const foreign = createServer((request, response) => {
    requested.push(request.url ?? '');
    response.end();
  });
  await new Promise<void>((resolve) => foreign.listen(0, '127.0.0.1', resolve));
  const address = foreign.address();
  if (typeof address !== 'object' || address === null) throw new Error('a listening server has an address');
  const hostile = attacks(`http://127.0.0.1:${address.port}`).join('\n\n');

  const ada = await stand.parlance.as('ada');
  const title = `<img src=http://127.0.0.1:${address.port}/title onerror=globalThis.stolen=1> needle`;
  const conversationId = await ada.createConversation({ title });
  await using page = await stand.open({ path: `/c/${conversationId}` });
  stand.parlance.provider.queue({ texts: hostile.match(/[\s\S]{1,7}/g) ?? [] });
  await send(page, hostile);
  await page.locator('article[aria-busy="false"] table').waitFor();
  // The formulas and the colours of the code have come.
  await page.locator('article[aria-busy="false"] .katex').first().waitFor();
  await page.getByRole('searchbox').fill('needle');
  await page.getByText('Titles').waitFor();
  await page.getByRole('searchbox').fill('tracked');
  await page.locator('mark', { hasText: 'tracked' }).first().waitFor();

  const links = await page.locator('article a').evaluateAll((found) => found.map((link) => link.getAttribute('href')));
  expect(links.length).toBeGreaterThan(2);
  for (const href of links) expect(href).toMatch(/^https?:/);
  expect(await page.locator('main :is(img, iframe, script, object, embed, base)').count()).toBe(0);
  expect(await page.evaluate(() => 'stolen' in globalThis)).toBe(false);
  expect(requested).toEqual([]);
  foreign.closeAllConnections();
  await new Promise((resolve) => foreign.close(resolve));
});
