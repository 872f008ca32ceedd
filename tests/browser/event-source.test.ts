/** What the gateway offers to browsers alone: streams by EventSource, and pages that need no internet access. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startChromium } from '#tests/support/chromium.ts';
import { openTestGateway, type TestGateway } from '../../gateway/fixtures/test-gateway.fixture.ts';
import { type ModuleServer, startModuleServer } from './module-server.ts';

let gateway: TestGateway;
let browser: Browser;
let modules: ModuleServer;
beforeAll(async () => {
  [gateway, browser, modules] = await Promise.all([
    openTestGateway({ isDevelopment: true }),
    startChromium(),
    startModuleServer(),
  ]);
});
afterAll(async () => {
  await browser.close();
  await modules[Symbol.asyncDispose]();
  await gateway[Symbol.asyncDispose]();
});

test('a page of another origin follows a stream by EventSource, and its ticket opens no second one', async () => {
  gateway.graph.logs.append('page', 'a', 'b', '<end>');
  const page = await browser.newPage();
  await page.goto(modules.pageOf('none'));
  const token = await gateway.issuer.token();
  const followed = await page.evaluate(
    async ({ at, bearer }) => {
      const response = await fetch(new URL('/graphql/ticket', at), {
        method: 'POST',
        headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
        body: JSON.stringify({ query: 'subscription { storyStream(id: "page") { seq } }' }),
      });
      const { url } = await response.json();
      const source = new EventSource(new URL(url, at));
      const events: string[] = [];
      const opened: number[] = [];
      source.addEventListener('open', () => opened.push(1));
      source.addEventListener('next', ({ lastEventId }) => events.push(lastEventId));
      // The browser connects again when the stream is over, because nobody closes it here.
      await new Promise((resolve) => {
        source.addEventListener('error', () => source.readyState === EventSource.CLOSED && resolve(undefined));
      });
      return { events, opened: opened.length };
    },
    { at: gateway.gateway.url, bearer: token },
  );
  expect(followed).toEqual({ events: ['1', '2'], opened: 1 });
  await page.close();
});

test('without internet access / leads to the explorer', async () => {
  const page = await browser.newPage();
  await page.route('https://**', (route) => route.abort());
  await page.goto(new URL('/', gateway.gateway.url).href, { waitUntil: 'commit' });
  await page.waitForURL('**/explorer');
  await page.close();
});
