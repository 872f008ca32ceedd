/** Generated texts of models in a real browser, under the policy that the gateway serves pages with. */
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
